"""The codes that a second step takes: of an authenticator app, and recovery codes."""

from collections.abc import Sequence

from authapi.accounts.models import Change, Message, User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.factors import rules, totp
from authapi.factors.data_key import DataKey
from authapi.factors.models import Factors
from authapi.factors.rules import RecoveryCode
from authapi.passwords.hashing import PasswordHasher
from authapi.signin.models import Evidence, Match

TOTP_SECRET = "totp"
"""The purpose under which an authenticator app's secret is sealed."""


class CodeFactor:
    """Checks codes; each is used up by one conditional write on the user.

    The service's own clock decides; the drift of a device is not learned (S104).
    """

    def __init__(
        self,
        accounts: AccountService,
        data_key: DataKey,
        hasher: PasswordHasher,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._data_key = data_key
        self._hasher = hasher
        self._events = events
        self._clock = clock

    def offered(self, user: User) -> Sequence[str]:
        """Return which codes the user has."""
        factors = Factors.of(user)
        kinds = {"totp": factors.totp is not None, "recovery_code": bool(factors.recovery)}
        return [kind for kind, has in kinds.items() if has]

    def match(self, user: User, evidence: Evidence, client: Client) -> Match | None:
        """Return a code as a match, or None when it is wrong, or no code."""
        if evidence.code is None:
            return None
        factors = Factors.of(user)
        if (digits := rules.totp_code(evidence.code)) is not None:
            return self._match_totp(user, factors, digits)
        if (recovery := RecoveryCode.read(evidence.code)) is not None:
            with self._hasher.admit(client.network):
                return self._match_recovery(user, factors, recovery)
        return None

    def matching_step(self, box: bytes, user_id: str, digits: str, drift: int) -> int | None:
        """Return the time step of a code, or None when it is wrong."""
        secret = self._data_key.unseal(box, TOTP_SECRET, user_id)
        steps = rules.near(rules.step_at(self._clock()), drift)
        return rules.matching_step(digits, totp.codes(secret, steps))

    def _match_totp(self, user: User, factors: Factors, digits: str) -> Match | None:
        app = factors.totp
        if app is None:
            return None
        step = self.matching_step(app.box, user.id, digits, rules.DRIFT_STEPS)
        if step is None:
            return None

        def spend() -> bool:
            """Note the step as used, unless it was, or a later one (S104)."""
            return step > app.last_step and self._accounts.change(
                user,
                Change({"factors.totp.last_step": step}),
                {"factors.totp.box": app.box, "factors.totp.last_step": app.last_step},
            )

        return Match(spend)

    def _match_recovery(self, user: User, factors: Factors, code: RecoveryCode) -> Match | None:
        stored = factors.recovery.get(code.number)
        if not self._hasher.verify_password(code.secret, stored) or stored is None:
            return None
        left = len(factors.recovery) - 1
        member = f"factors.recovery.{code.number}"

        def spend() -> bool:
            """Remove the code's hash and tell the owner, by one write (S108)."""
            change = Change(unset=(member,), tell=[Message("code_used", left=left)])
            spent = self._accounts.change(user, change, {member: stored})
            if spent:
                self._events.record(Event.RECOVERY_CODE_USED, user_id=user.id)
            return spent

        return Match(spend, {"recovery_codes_left": left})
