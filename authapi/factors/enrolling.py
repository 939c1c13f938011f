"""Turns an authenticator app on, by a code of it, and off."""

from dataclasses import asdict, replace
from typing import Any

from authapi.accounts.models import Change, Message, User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import AAL2, CODE, Identity
from authapi.factors import rules, totp
from authapi.factors.codes import TOTP_SECRET, CodeFactor
from authapi.factors.data_key import DataKey
from authapi.factors.models import Enrolment, Factors, PendingTotp, Totp
from authapi.factors.recovery_codes import RecoveryCodes
from authapi.limits.service import Limits
from authapi.sessions.renewing import SessionRenewal
from authapi.signin.models import Reauthentication
from authapi.signin.step_up import StepUp
from authapi.tokens.models import FreshProof

_LATE = "Nothing waits for a code any more. Please begin again."
_CLOCK_OFF = "The code is right, but the device's clock is wrong. Set it, and try again."


class TotpEnrolment:
    """Turns authenticator apps on and off; each by one conditional write on the user."""

    def __init__(
        self,
        accounts: AccountService,
        step_up: StepUp,
        sessions: SessionRenewal,
        limits: Limits,
        codes: CodeFactor,
        recovery_codes: RecoveryCodes,
        data_key: DataKey,
        events: EventRecorder,
        clock: Clock,
        issuer: str,
    ) -> None:
        self._accounts = accounts
        self._step_up = step_up
        self._sessions = sessions
        self._limits = limits
        self._codes = codes
        self._recovery_codes = recovery_codes
        self._data_key = data_key
        self._events = events
        self._clock = clock
        self._issuer = issuer

    def begin(self, identity: Identity, shown: Reauthentication, client: Client) -> Enrolment:
        """Make the secret of a new authenticator app; no login takes it before `confirm`.

        Raises:
            ApiError: as `StepUp.prove_recently`; `service_unavailable`.
        """
        proof = self._step_up.prove_recently(identity, shown, client)
        secret, until = totp.new_secret(), self._clock() + rules.PENDING_LIFE
        box = self._data_key.seal(secret, TOTP_SECRET, identity.user_id)
        change = Change({"factors.totp_pending": asdict(PendingTotp(box, until))})
        self._step_up.while_proven(
            proof, lambda user: self._accounts.change(user, change, {}) or None
        )
        uri = totp.uri(secret, proof.user.username, self._issuer)
        seconds = int(rules.PENDING_LIFE.total_seconds())
        return Enrolment(secret, uri, totp.qr_code(uri), seconds)

    def confirm(self, identity: Identity, code: str, client: Client) -> dict[str, Any]:
        """Turn the new authenticator app on, and end all other sessions, by one write (S107).

        Returns:
            The answer's members: new recovery codes, and fresh tokens of the caller's session.

        Raises:
            ApiError: `invalid_code`, with `clock_off_seconds` where the device's clock is wrong by
                at most ten minutes; `rate_limited`.
        """
        user = self._step_up.prove_by_token(identity).user
        pending = Factors.of(user).totp_pending
        if pending is None or self._clock() > pending.until:
            raise ApiError(ErrorCode.INVALID_CODE, message=_LATE)
        proof = FreshProof(tuple(dict.fromkeys((*identity.methods, CODE))), AAL2)
        prepared = self._sessions.prepare_kept(identity, proof)
        attempt = self._limits.second_step(user.id, client)
        with attempt.checking():
            step = self._step_of(user, pending, code)
            if step is None:
                attempt.fail()
                raise ApiError(ErrorCode.INVALID_CODE)
            attempt.succeed()
        attempt.confirm()  # the network is known from now on (S106)
        now = self._clock()
        made, hashes = self._recovery_codes.make(client)
        on: dict[str, Any] = {
            "second_factor": True,
            "factors.totp": asdict(Totp(pending.box, step, now)),
            "factors.recovery": hashes,
            "factors.changed_at": now,
        }
        change = Change(on, ("factors.totp_pending",), [Message("factor_on")])
        changed = self._accounts.begin_epoch(
            user, change, {"factors.totp_pending.box": pending.box}
        )
        if changed is None:
            raise ApiError(ErrorCode.INVALID_CODE)
        self._events.record(Event.SECOND_FACTOR_ON, user_id=user.id, reason="totp")
        return {
            "recovery_codes": made,
            **self._sessions.keep_only(identity, changed.epoch, prepared, proof),
        }

    def remove(self, identity: Identity, shown: Reauthentication, client: Client) -> dict[str, Any]:
        """Turn the authenticator app off, and end all other sessions, by one write.

        With the last factor the recovery codes go, too. When the app is off already, nothing ends,
        and the answer has no tokens.

        Raises:
            ApiError: as `StepUp.prove_recently`.
        """
        prepared = self._sessions.prepare_kept(identity)
        proof = self._step_up.prove_recently(identity, shown, client)
        changed = self._step_up.while_proven(proof, self._without_totp)
        if Factors.of(changed).totp is None:  # it was off: nothing ended, so no new tokens
            return {}
        self._events.record(Event.SECOND_FACTOR_OFF, user_id=changed.id, reason="totp")
        return self._sessions.keep_only(identity, changed.epoch, prepared)

    def _step_of(self, user: User, pending: PendingTotp, code: str) -> int | None:
        """Return the step whose code it is.

        Raises:
            ApiError: `invalid_code`, saying how wrong the device's clock is, if that is the cause.
        """
        digits = rules.totp_code(code)
        if digits is None:
            return None
        step = self._codes.matching_step(pending.box, user.id, digits, rules.DRIFT_STEPS)
        far = self._codes.matching_step(pending.box, user.id, digits, rules.FAR_STEPS)
        if step is None and far is not None:
            off = (far - rules.step_at(self._clock())) * rules.STEP_SECONDS
            raise ApiError(
                ErrorCode.INVALID_CODE,
                message=_CLOCK_OFF,
                details={"clock_off_seconds": off},
            )
        return step

    def _without_totp(self, user: User) -> User | None:
        """Turn the app off; return the user as it was read, or None when that changed meanwhile."""
        factors = Factors.of(user)
        if factors.totp is None:
            return user
        ended = rules.ended_with(factors, replace(factors, totp=None))
        tell = [Message("factor_off")] if ended else []
        change = Change({"factors.changed_at": self._clock()}, ("factors.totp", *ended), tell)
        seen = {
            "factors.totp.box": factors.totp.box,
            "factors.passkeys": user.factors.get("passkeys"),
        }
        return self._accounts.begin_epoch(user, change, seen)
