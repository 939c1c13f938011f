"""Confirms an address: that takes the mailbox and the account, never one alone (S91)."""

import secrets
from dataclasses import asdict, replace

from authapi.accounts.emails import confirmed, email_key
from authapi.accounts.models import Change, Message, PendingEmail, User
from authapi.accounts.service import AccountService
from authapi.addresses import rules
from authapi.addresses.registry import Registry
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode, busy
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import Identity
from authapi.core.retries import TRIES
from authapi.database import best_effort
from authapi.limits.attempts import Reason
from authapi.limits.service import Limits
from authapi.mail.links import CodeClaims, InvalidLink, Link, MailedTokens, Purpose
from authapi.signin.proving import PasswordProof


class Confirmation:
    """Turns an address that waits into the account's confirmed one."""

    def __init__(
        self,
        accounts: AccountService,
        passwords: PasswordProof,
        limits: Limits,
        registry: Registry,
        tokens: MailedTokens,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._limits = limits
        self._registry = registry
        self._tokens = tokens
        self._events = events
        self._clock = clock

    def by_code(self, identity: Identity, code: str) -> str:
        """Confirm the caller's address by the code that was mailed there; a repeat succeeds.

        Returns:
            The address.

        Raises:
            ApiError: `invalid_code`; `email_taken`, after the proof only; `rate_limited`.
        """
        self._limits.count(Reason.MAIL_CODES, identity.user_id)
        for _ in range(TRIES):
            user = self._accounts.get_user_by_id(identity.user_id)
            if user.email is not None and self._was_code(user, code):
                return user.email
            pending = user.pending_email
            if pending is None or not self._is_code(user, pending, code):
                raise ApiError(ErrorCode.INVALID_CODE)
            if self.confirm(user, pending):
                return pending.email
        raise busy()

    def by_link(self, token: str, password: str, client: Client) -> str:
        """Confirm an address by the mailed link and the account's password; a repeat succeeds.

        Returns:
            The address.

        Raises:
            ApiError: `invalid_link`, without the database if it is forged (S88);
                `invalid_credentials`; `email_taken`; `rate_limited`.
        """
        try:
            link = self._tokens.read(token, Purpose.VERIFY, now=self._clock())
        except InvalidLink:
            raise ApiError(ErrorCode.INVALID_LINK) from None
        user = self._linked(link)
        self._passwords.check(user.username, password, client)
        for _ in range(TRIES):
            user = self._linked(link)
            pending = user.pending_email
            if pending is None or not self._tokens.fits(link, pending.email_key):
                return user.email or ""  # confirmed already: `_linked` saw that it is this one
            if self.confirm(user, pending):
                return pending.email
        raise busy()

    def _linked(self, link: Link) -> User:
        """Return the user of a link; its address waits to be confirmed, or is."""
        user = self._accounts.find_user_by_id(link.user_id)
        if user is None or user.epoch != link.epoch:
            raise ApiError(ErrorCode.INVALID_LINK)
        keys = (user.pending_email.email_key if user.pending_email else None, user.email_key)
        if not any(key is not None and self._tokens.fits(link, key) for key in keys):
            raise ApiError(ErrorCode.INVALID_LINK)
        return user

    def _is_code(self, user: User, pending: PendingEmail, code: str) -> bool:
        claims = CodeClaims(user.id, pending.email_key, pending.nonce)
        return rules.is_code_alive(pending, self._clock()) and self._tokens.is_code(code, claims)

    def _was_code(self, user: User, code: str) -> bool:
        if user.email_key is None or user.email_nonce is None:
            return False
        claims = CodeClaims(user.id, user.email_key, user.email_nonce)
        return self._tokens.is_code(code, claims)

    def confirm(self, user: User, pending: PendingEmail, *, reason: str | None = None) -> bool:
        """Confirm an address: hold it, write it on the user, which decides, then settle the entry.

        Args:
            user: as it was read.
            pending: the address; somebody has proven or vouched that it is the user's.
            reason: a word for the security event, when it was not the user.

        Returns:
            False when the user changed meanwhile.

        Raises:
            ApiError: `email_taken` when it is somebody else's.
        """
        if not self._registry.hold(user, pending):
            raise ApiError(ErrorCode.EMAIL_TAKEN)
        seen = {"pending_email.nonce": pending.nonce, "email": user.email}
        done = self._accounts.change(user, self._confirmed(user, pending), seen)
        if done:
            changed = user.email_key not in (None, pending.email_key)
            event = Event.EMAIL_CHANGED if changed else Event.EMAIL_VERIFIED
            self._events.record(event, user_id=user.id, reason=reason)
        keys = {pending.email_key, *([user.email_key] if user.email_key else [])}
        for key in keys:
            best_effort(self._registry.reconcile, user.id, key)
        return done

    def _confirmed(self, user: User, pending: PendingEmail) -> Change:
        now = self._clock()
        change, undo = confirmed(pending, now), None
        tell = [Message("email_confirmed", to=pending.email)]
        if user.email is not None and email_key(user.email) != pending.email_key:
            undo = rules.undo_after(user, secrets.token_hex(12), now)
            tell.append(Message("email_changed", to=user.email))
        members = {**change.set, **({"email_undo": asdict(undo)} if undo else {})}
        return replace(change, set=members, tell=tell)
