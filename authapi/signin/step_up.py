"""Step-up: a new proof, before what is hard to undo (RFC 9470)."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TypeVar

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode, busy
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import AAL2, Identity
from authapi.core.retries import TRIES
from authapi.sessions.renewing import SessionRenewal
from authapi.signin.models import Evidence, Preparation, Proof, Reauthentication
from authapi.signin.rules import proves_enough
from authapi.signin.service import SignIn
from authapi.signin.settings import SignInSettings
from authapi.tokens.models import AccessToken, FreshProof

T = TypeVar("T")


class StepUp:
    """Asks for a recent login, and issues access tokens with the time of a new proof.

    The time is in that token alone: it costs no write, and the next refresh ends it.
    """

    def __init__(
        self,
        accounts: AccountService,
        signin: SignIn,
        sessions: SessionRenewal,
        events: EventRecorder,
        clock: Clock,
        settings: SignInSettings,
    ) -> None:
        self._accounts = accounts
        self._signin = signin
        self._sessions = sessions
        self._events = events
        self._clock = clock
        self._minutes = settings.recent_login_minutes
        self._alone: Callable[[Identity, Evidence, Preparation], Proof] = _refuse

    def take_alone(self, prove: Callable[[Identity, Evidence, Preparation], Proof]) -> None:
        """Accept evidence that is enough without the password, checked by `prove`.

        `prove` raises `ApiError` for any other, and prepares the proof before it is used up.
        """
        self._alone = prove

    def reauthenticate(
        self, identity: Identity, shown: Reauthentication, client: Client
    ) -> AccessToken:
        """Return an access token of the caller's session that counts as a recent login.

        Raises:
            ApiError: as `SignIn.reauthenticate`, or without a password as the function given to
                `take_alone`; `invalid_token` when the session has ended.
        """

        def prepare(proof: Proof) -> Proof:
            prepared = self._sessions.prepare_proven(identity, _fresh(proof))
            return replace(proof, prepared=prepared)

        if shown.password is None and shown.evidence is not None:
            proof = self._alone(identity, shown.evidence, prepare)
        else:
            proof = self._signin.reauthenticate(identity, shown, client, prepare=prepare)
        token = self._sessions.access_after(
            identity, proof.user.epoch, _fresh(proof), proof.prepared
        )
        self._events.record(
            Event.REAUTHENTICATED, user_id=identity.user_id, session_id=identity.session_id
        )
        return token

    def confirm(self, identity: Identity, shown: Reauthentication, client: Client) -> Proof:
        """Check the password of a caller, for requests that always require it.

        A second factor is required as well, unless the login had it not long ago.

        Raises:
            ApiError: as `SignIn.reauthenticate`.
        """
        recently = proves_enough(identity, self._clock(), 60 * self._minutes, AAL2)
        return self._signin.reauthenticate(identity, shown, client, spare_second=recently)

    def prove_recently(self, identity: Identity, shown: Reauthentication, client: Client) -> Proof:
        """Accept a recent login, or check the password.

        Returns:
            The proof, for `while_proven`.

        Raises:
            ApiError: without a password `insufficient_user_authentication`, and `invalid_token`
                when all sessions were ended; with one as `SignIn.reauthenticate`.
        """
        if shown.password is not None:
            return self.confirm(identity, shown, client)
        self.require_recent_login(identity)
        proof = self.prove_by_token(identity)
        if proof.lacks_second_factor:
            raise self._refusal(self._minutes, AAL2)
        return proof

    def while_proven(self, proof: Proof, write: Callable[[User], T | None]) -> T:
        """Call `write` with the user until its write succeeds, while the proof is true.

        Args:
            proof: of the caller.
            write: gets the user as stored now; returns None when another write came first.

        Raises:
            ApiError: `invalid_credentials` when meanwhile the password was changed, the user
                disabled or deleted, or the token's session ended with all others;
                `service_unavailable` when concurrent writes won every try.
        """
        for _ in range(TRIES):
            if (done := write(proof.user)) is not None:
                return done
            _, proof = self._signin.look_again(proof)
        raise busy()

    def prove_by_token(self, identity: Identity) -> Proof:
        """Return the caller's login as a proof, with the user as stored now.

        Raises:
            ApiError: `invalid_token` when the user is gone or disabled, or the caller's session
                was ended with all others.
        """
        user = self._accounts.find_user(identity.username)
        if user is None or user.id != identity.user_id or user.disabled:
            raise ApiError(ErrorCode.INVALID_TOKEN)
        if user.epoch > identity.epoch:
            raise ApiError(ErrorCode.INVALID_TOKEN)
        return Proof(user, identity.methods, identity.assurance, by_token=True)

    def require_recent_login(
        self, identity: Identity, minutes: float | None = None, *, second_factor: bool = False
    ) -> None:
        """Refuse a caller whose proof is not recent or strong enough.

        Args:
            identity: the caller, as the access token says.
            minutes: how old the proof may be; by default `RECENT_LOGIN_MINUTES`.
            second_factor: whether it must be by two factors.

        Raises:
            ApiError: `insufficient_user_authentication`, with what is asked for as RFC 9470 names
                it: `max_age` in seconds, and `acr_values`.
        """
        minutes = self._minutes if minutes is None else minutes
        acr_values = AAL2 if second_factor else None
        if not proves_enough(identity, self._clock(), round(60 * minutes), acr_values):
            raise self._refusal(minutes, acr_values)

    def _refusal(self, minutes: float, acr_values: str | None) -> ApiError:
        wanted: dict[str, object] = {"max_age": round(60 * minutes)}
        if acr_values is not None:
            wanted["acr_values"] = acr_values
        return ApiError(ErrorCode.INSUFFICIENT_USER_AUTHENTICATION, details=wanted)


def _fresh(proof: Proof) -> FreshProof:
    return FreshProof(proof.methods, proof.assurance)


def _refuse(_identity: Identity, evidence: Evidence, _prepare: Preparation) -> Proof:
    raise ApiError(evidence.refusal, status=HTTPStatus.UNAUTHORIZED)
