"""Gives an account an address, mails its code again, removes it."""

import secrets
from dataclasses import asdict
from typing import Any

from authapi.accounts.emails import email_key, pending_email
from authapi.accounts.models import Change, Email, Message, PendingEmail, User
from authapi.accounts.service import AccountService
from authapi.addresses import rules
from authapi.addresses.registry import Registry
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import Identity
from authapi.core.services import Subject
from authapi.database import best_effort
from authapi.limits.attempts import Reason
from authapi.limits.service import Limits
from authapi.signin.models import Proof, Reauthentication
from authapi.signin.step_up import StepUp

_NEEDED = "An account needs an address here. Give it another one instead."
_NONE = "This account has no address, and needs one. Please tell the people who run this service."


class AddressService:
    """What a logged-in user may do with the address of the account."""

    collections = ("addresses",)

    def __init__(
        self,
        accounts: AccountService,
        step_up: StepUp,
        limits: Limits,
        registry: Registry,
        events: EventRecorder,
        clock: Clock,
        *,
        required: bool,
    ) -> None:
        self._accounts = accounts
        self._step_up = step_up
        self._limits = limits
        self._registry = registry
        self._events = events
        self._clock = clock
        self._required = required

    def ask(
        self, identity: Identity, email: Email, shown: Reauthentication, client: Client
    ) -> None:
        """Give the account an address that is to be confirmed; the one it has stays until then.

        The answer does not tell whether it is another user's (S90).

        Raises:
            ApiError: `insufficient_user_authentication`, `invalid_credentials`; `rate_limited`.
        """
        proof = self._step_up.prove_recently(identity, shown, client)
        self._limits.count(Reason.MAIL_REQUESTS, identity.user_id)
        pending = pending_email(email, self._clock())
        self._step_up.while_proven(proof, lambda user: self._store(user, pending))
        self._events.record(Event.EMAIL_ASKED, user_id=identity.user_id)

    def resend(self, identity: Identity) -> None:
        """Mail another code; the earlier one is void then (S92).

        Raises:
            ApiError: `not_found` when no address waits; `rate_limited`.
        """
        user = self._accounts.get_user_by_id(identity.user_id)
        if user.pending_email is None:
            raise ApiError(ErrorCode.NOT_FOUND, message="No address waits to be confirmed.")
        self._limits.count(Reason.MAIL_REQUESTS, user.id)
        self._ask_again(user, user.pending_email)

    def remove(self, identity: Identity, shown: Reauthentication, client: Client) -> None:
        """Take the address away, confirmed or not; the former one can undo it by a mail (S93).

        Raises:
            ApiError: `email_not_verified` where logins require a confirmed one;
                `insufficient_user_authentication`, `invalid_credentials`; `rate_limited`.
        """
        if self._required:  # nobody could give a new one: that takes a login
            raise ApiError(ErrorCode.EMAIL_NOT_VERIFIED, message=_NEEDED)
        proof = self._step_up.prove_recently(identity, shown, client)
        before = self._step_up.while_proven(proof, self._take_away)
        if before.email is not None:
            self._events.record(Event.EMAIL_REMOVED, user_id=before.id)
            best_effort(self._registry.reconcile, before.id, email_key(before.email))

    def require(self, proof: Proof) -> None:
        """Refuse a login without a confirmed address; mail one that waits once more.

        Raises:
            ApiError: `email_not_verified`; `rate_limited`.
        """
        user = proof.user
        if user.email is not None:
            return
        if user.pending_email is None:
            raise ApiError(ErrorCode.EMAIL_NOT_VERIFIED, message=_NONE)
        self._limits.count(Reason.MAIL_REQUESTS, user.id)
        self._ask_again(user, user.pending_email)
        raise ApiError(ErrorCode.EMAIL_NOT_VERIFIED)

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return the addresses that are kept for the user."""
        return {"addresses": self._registry.addresses_of_user(subject.id)}

    def erase(self, subject: Subject) -> None:
        """Release the user's addresses."""
        self._registry.forget_user(subject.id)

    def _ask_again(self, user: User, seen: PendingEmail) -> None:
        again = pending_email(Email(seen.email, seen.email_key), self._clock())
        change = self._asking(again)
        self._accounts.change(user, change, {"pending_email.nonce": seen.nonce})

    def _store(self, user: User, pending: PendingEmail) -> bool | None:
        return self._accounts.change(user, self._asking(pending), {}) or None

    def _asking(self, pending: PendingEmail) -> Change:
        return Change({"pending_email": asdict(pending)}, tell=[Message.confirming(pending)])

    def _take_away(self, user: User) -> User | None:
        """Remove the addresses; return the user as it was, or None when it changed meanwhile."""
        undo = rules.undo_after(user, secrets.token_hex(12), self._clock())
        change = Change(
            {"email_undo": asdict(undo)} if undo else {},
            ("email", "email_key", "email_verified_at", "email_nonce", "pending_email"),
            [Message("email_removed", to=user.email)] if user.email else [],
        )
        seen = {"email": user.email}
        if user.email is None and user.pending_email is None:
            return user
        return user if self._accounts.change(user, change, seen) else None
