"""How somebody proves to be a user by a passkey: alone, or beside the password."""

from collections.abc import Sequence
from http import HTTPStatus

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import AAL2, HARDWARE_KEY, PRESENCE
from authapi.factors.models import Factors
from authapi.passkeys import rules
from authapi.passkeys.ceremonies import Ceremonies
from authapi.passkeys.ceremony import CeremonyRefused, RelyingParty
from authapi.passkeys.models import Credential, Shown, Use
from authapi.passkeys.store import PasskeyStore
from authapi.signin.models import Evidence, Match, Proof

_PASSWORD_FIRST = (
    "The account's password was reset. Log in once with the new password and this passkey together;"
    " then the passkey is enough again."
)


class PasskeyProof:
    """Checks passkeys; an answer is used up by one insert and one conditional write."""

    def __init__(
        self,
        accounts: AccountService,
        passkeys: PasskeyStore,
        ceremonies: Ceremonies,
        party: RelyingParty,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._passkeys = passkeys
        self._ceremonies = ceremonies
        self._party = party
        self._events = events
        self._clock = clock

    def offered(self, user: User) -> Sequence[str]:
        """Return `passkey` if the user has one."""
        return ["passkey"] if Factors.of(user).passkeys else []

    def match(self, user: User, evidence: Evidence, client: Client) -> Match | None:
        """Return a passkey beside the password as a match; user presence is enough there."""
        if evidence.passkey is None:
            return None
        try:
            shown = self._check(evidence.passkey, Use.LOG_IN, Use.KNOWN, verified=False)
        except CeremonyRefused:
            return None
        if shown.user.id != user.id:
            return None
        return Match(lambda: self.use(shown, user.epoch))

    def show_alone(self, answer: Credential, *uses: Use) -> Shown:
        """Check a passkey without the password; user verification is required (S103).

        Args:
            answer: the `ceremony` and the `credential`.
            uses: what the ceremony may be for.

        Raises:
            ApiError: `invalid_passkey`, the same for every reason (S114);
                `second_factor_required` with `password` where that is required once (S119).
        """
        try:
            shown = self._check(answer, *uses, verified=True)
        except CeremonyRefused:
            raise self.refused() from None
        if not rules.may_stand_alone(shown.passkey.confirmed_epoch, Factors.of(shown.user)):
            self._events.record(Event.SECOND_FACTOR_ASKED, user_id=shown.user.id)
            raise ApiError(
                ErrorCode.SECOND_FACTOR_REQUIRED,
                message=_PASSWORD_FIRST,
                details={"factors": ["password"]},
            )
        return shown

    def use(self, shown: Shown, confirmed_epoch: int | None = None) -> bool:
        """Use an answer up; False when it was before, or its counter shows a copy.

        Args:
            shown: what was checked.
            confirmed_epoch: the user's epoch, where the password was checked as well.
        """
        if not self._ceremonies.spend(shown.ceremony):
            return False
        passkey, assertion = shown.passkey, shown.assertion
        if rules.counter_fell(passkey.sign_count, assertion.sign_count):
            self._tell_of_copy(shown.user)
            return False
        noted = self._passkeys.note_use(
            passkey,
            sign_count=assertion.sign_count,
            backed_up=assertion.backed_up,
            used_at=self._clock(),
            confirmed_epoch=confirmed_epoch,
        )
        if noted:
            how = "alone" if confirmed_epoch is None else "beside_password"
            self._events.record(Event.PASSKEY_USED, user_id=shown.user.id, reason=how)
        return noted

    def proof(self, shown: Shown) -> Proof:
        """Return the proof by an answer that was used: it is two factors."""
        return Proof(shown.user, (HARDWARE_KEY, PRESENCE), AAL2)

    def refused(self, user: User | None = None) -> ApiError:
        """Record that a passkey was refused; return the one refusal."""
        self._events.record(Event.PASSKEY_REFUSED, user_id=user.id if user else None)
        return ApiError(ErrorCode.INVALID_PASSKEY, status=HTTPStatus.UNAUTHORIZED)

    def _check(self, answer: Credential, *uses: Use, verified: bool) -> Shown:
        ceremony = self._ceremonies.read(answer["ceremony"], *uses)
        credential = answer["credential"]
        passkey_id = credential.get("id")
        passkey = self._passkeys.find_passkey(passkey_id) if isinstance(passkey_id, str) else None
        user = self._accounts.find_user(passkey.name_key) if passkey is not None else None
        if passkey is None or user is None or user.id != passkey.user_id or user.disabled:
            raise CeremonyRefused
        if passkey.id not in Factors.of(user).passkeys:
            raise CeremonyRefused
        assertion = self._party.asserted(
            credential, ceremony.challenge, passkey.public_key, verified=verified
        )
        named = {None if ceremony.user_id is None else rules.user_handle(ceremony.user_id)}
        named.add(assertion.user_handle)
        if named - {None} != {rules.user_handle(user.id)}:  # one of both must name the user
            raise CeremonyRefused
        return Shown(passkey, user, assertion, ceremony)

    def _tell_of_copy(self, user: User) -> None:
        """Tell the owner, at most once a day, that the passkey seems to be copied (S116)."""
        self._events.record(Event.PASSKEY_COUNTER_FELL, user_id=user.id)
        self._accounts.tell_daily(user, "passkey_copied", "copy_told_at", self._clock())
