"""Removes a passkey; turns passkeys on and off as a second step."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from authapi.accounts.models import Change, Message, User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import Identity
from authapi.database import best_effort
from authapi.factors.models import Factors
from authapi.factors.recovery_codes import RecoveryCodes
from authapi.factors.rules import ended_with
from authapi.passkeys import rules
from authapi.passkeys.store import PasskeyStore
from authapi.sessions.renewing import SessionRenewal
from authapi.signin.models import Reauthentication
from authapi.signin.step_up import StepUp

_NONE = "The account has no passkey."


class PasskeyChanges:
    """Changes passkeys; each change is one conditional write that ends other sessions (S107)."""

    def __init__(
        self,
        accounts: AccountService,
        step_up: StepUp,
        sessions: SessionRenewal,
        recovery_codes: RecoveryCodes,
        passkeys: PasskeyStore,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._step_up = step_up
        self._sessions = sessions
        self._recovery_codes = recovery_codes
        self._passkeys = passkeys
        self._events = events
        self._clock = clock

    def remove(
        self, identity: Identity, passkey_id: str, shown: Reauthentication, client: Client
    ) -> dict[str, Any]:
        """Remove one of the caller's passkeys.

        With the last second factor the recovery codes go, too.

        Returns:
            Fresh tokens of the caller's session, as members of the answer.

        Raises:
            ApiError: as `StepUp.prove_recently`; `not_found` when the caller has no such passkey.
        """
        prepared = self._sessions.prepare_kept(identity)
        proof = self._step_up.prove_recently(identity, shown, client)

        def write(user: User) -> User | None:
            before = Factors.of(user)
            if passkey_id not in before.passkeys:
                raise ApiError(ErrorCode.NOT_FOUND)
            after = rules.without(before, passkey_id)
            return self._change(user, before, after, "passkey_removed")

        changed = self._step_up.while_proven(proof, write)
        best_effort(self._passkeys.remove, passkey_id, changed.id)
        self._events.record(Event.PASSKEY_REMOVED, user_id=changed.id)
        return self._sessions.keep_only(identity, changed.epoch, prepared)

    def require(
        self, identity: Identity, shown: Reauthentication, client: Client, *, required: bool
    ) -> dict[str, Any]:
        """Let logins by the password ask for a passkey as well, or not; may be repeated.

        Returns:
            Recovery codes, where the account had none; fresh tokens of the caller's session.

        Raises:
            ApiError: as `StepUp.prove_recently`; `not_found` without a passkey.
        """
        prepared = self._sessions.prepare_kept(identity)
        proof = self._step_up.prove_recently(identity, shown, client)
        made: list[str] = []

        def write(user: User) -> User | None:
            nonlocal made
            before = Factors.of(user)
            if required and not before.passkeys:
                raise ApiError(ErrorCode.NOT_FOUND, message=_NONE)
            if before.passkeys_required == required:
                return user
            if not required:
                return self._change(user, before, replace(before, passkeys_required=False))
            made, hashes = ([], None) if before.recovery else self._recovery_codes.make(client)
            return self._turn_on(user, hashes)

        changed = self._step_up.while_proven(proof, write)
        if changed.epoch == proof.user.epoch:
            return {}
        event = Event.SECOND_FACTOR_ON if required else Event.SECOND_FACTOR_OFF
        self._events.record(event, user_id=changed.id, reason="passkeys")
        codes = {"recovery_codes": made} if made else {}
        return {**codes, **self._sessions.keep_only(identity, changed.epoch, prepared)}

    def _turn_on(self, user: User, hashes: Mapping[str, str] | None) -> User | None:
        """Require a passkey from now on; store recovery codes if there are none."""
        members = {
            "second_factor": True,
            "factors.passkeys_required": True,
            "factors.changed_at": self._clock(),
            **({"factors.recovery": hashes} if hashes else {}),
        }
        seen = {
            "factors.passkeys": user.factors.get("passkeys"),
            **({"factors.recovery": user.factors.get("recovery")} if hashes else {}),
        }
        change = Change(members, tell=[Message("factor_on")])
        return self._accounts.begin_epoch(user, change, seen)

    def _change(
        self, user: User, before: Factors, after: Factors, kind: str | None = None
    ) -> User | None:
        """Remove factors, and what ends with the last one; tell the owner."""
        gone = ended_with(before, after)
        tell = [Message(each) for each in (kind, "factor_off" if gone else None) if each]
        members = {
            "factors.passkeys": list(after.passkeys),
            "factors.passkeys_required": after.passkeys_required,
            "factors.changed_at": self._clock(),
        }
        seen = {"factors.passkeys": user.factors.get("passkeys")}
        return self._accounts.begin_epoch(user, Change(members, gone, tell), seen)
