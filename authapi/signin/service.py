"""The story of a sign-in: prove who you are, and get a session."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from authapi.accounts.models import User
from authapi.accounts.rules import name_key
from authapi.accounts.service import TRIES, AccountService
from authapi.core.client import Client
from authapi.core.errors import ApiError, ErrorCode, busy
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import PASSWORD, Identity
from authapi.limits.service import Limits
from authapi.passwords.hashing import PasswordHasher
from authapi.sessions.ending import SessionEnding
from authapi.sessions.models import OpenedSession, TokenPair
from authapi.sessions.opening import Room, SessionOpening
from authapi.signin.models import Proof
from authapi.signin.rules import Decision, decide

T = TypeVar("T")


class SignIn:
    """Checks proofs, and turns them into sessions."""

    def __init__(
        self,
        accounts: AccountService,
        hasher: PasswordHasher,
        limits: Limits,
        opening: SessionOpening,
        ending: SessionEnding,
        events: EventRecorder,
    ) -> None:
        self._accounts = accounts
        self._hasher = hasher
        self._limits = limits
        self._opening = opening
        self._ending = ending
        self._events = events
        self._requirements: list[Callable[[Proof], None]] = []
        self._owner_of: Callable[[str], User | None] | None = None

    def look_up_addresses(self, owner_of: Callable[[str], User | None]) -> None:
        """Let users log in by their address as well; a user's name wins over an address."""
        self._owner_of = owner_of

    def require(self, requirement: Callable[[Proof], None]) -> None:
        """Let `requirement` refuse sessions, by raising, whose proof is not enough."""
        self._requirements.append(requirement)

    def authenticate(
        self, username: str, password: str, client: Client, idempotency_key: str | None = None
    ) -> TokenPair:
        """Begin a session for the user whose name and password these are.

        The same credentials with the same key get the same session again, while it is unused.

        Raises:
            ApiError: `invalid_credentials`, `rate_limited` or `service_unavailable`.
        """
        proof = self.prove_by_password(username, password, client)
        for requirement in self._requirements:
            requirement(proof)
        return self._open_session(proof, client, idempotency_key)

    def reauthenticate(self, identity: Identity, password: str, client: Client) -> Proof:
        """Let the caller prove again who they are, for something that a token is not enough for.

        Raises:
            ApiError: as `prove_by_password`; `invalid_token` when the name is somebody else's now.
        """
        proof = self.prove_by_password(identity.username, password, client)
        if proof.user.id != identity.user_id:
            raise ApiError(ErrorCode.INVALID_TOKEN)
        return proof

    def prove_by_token(self, identity: Identity) -> Proof:
        """Take the caller's login for a proof, with the user as stored now.

        Raises:
            ApiError: `invalid_token` when the user is gone or disabled, or the caller's session
                was ended with all others.
        """
        user = self._accounts.find_user(identity.username)
        if user is None or user.id != identity.user_id or user.disabled:
            raise ApiError(ErrorCode.INVALID_TOKEN)
        if user.epoch > identity.epoch:
            raise ApiError(ErrorCode.INVALID_TOKEN)
        return Proof(user, identity.methods, identity.assurance)

    def prove_by_password(self, username: str, password: str, client: Client) -> Proof:
        """Check a name and a password; upgrade an outdated hash on the way.

        An unknown name costs the time of a known one (ASVS 6.3.8).

        Raises:
            ApiError: `invalid_credentials`, the same for every reason; `rate_limited`;
                `service_unavailable` when too many do this at once.
        """
        with self._hasher.admit(client.network):
            user = self._right_user(self._account(username), password, client)
            if self._hasher.is_outdated(user.password_hash, password):
                user = self._accounts.upgrade_hash(user, self._hasher.hash(password))
        return Proof(user, (PASSWORD,))

    def while_proven(self, proof: Proof, write: Callable[[User], T | None]) -> T:
        """Let `write` change the user, again if somebody's write came before.

        Args:
            proof: who wants it.
            write: gets the user as stored now; returns None when that is over.

        Raises:
            ApiError: `invalid_credentials` when meanwhile the password was changed, or the user
                disabled or deleted; `service_unavailable` when others are first again and again.
        """
        for _ in range(TRIES):
            if (done := write(proof.user)) is not None:
                return done
            _, proof = self._look_again(proof)
        raise busy()

    def _account(self, username: str) -> str:
        """Return the unique form of the name that is meant: by itself, or by the user's address.

        An address that is somebody's costs what any other one does.
        """
        key = name_key(username)
        if self._owner_of is None or "@" not in username:
            return key
        owner, namesake = self._owner_of(username), self._accounts.find_user(key)
        return owner.name_key if owner is not None and namesake is None else key

    def _right_user(self, key: str, password: str, client: Client) -> User:
        with self._limits.password_attempt(key, client) as attempt:
            user = self._accounts.find_user(key)
            right = self._hasher.verify(password, user.password_hash if user else None)
            if user is None or not right or user.disabled:
                attempt.fail()
                self._events.record(Event.LOGIN_FAILED, user_id=user.id if user else None)
                raise ApiError(ErrorCode.INVALID_CREDENTIALS)
            attempt.succeed()
        return user

    def _open_session(self, proof: Proof, client: Client, key: str | None) -> TokenPair:
        """Store a session, then count it for the user as the proof saw the user.

        A change of the user meanwhile is seen by that write; one after it voids the session.
        """
        for _ in range(TRIES):
            opened = self._opening.open(proof.user, proof.methods, proof.assurance, client, key)
            try:
                decision, proof = self._decide(proof, opened)
                self._limits.confirm_login(proof.user.name_key, client)
            except Exception as failure:  # also when the database failed: nobody has its tokens
                refused = (
                    isinstance(failure, ApiError) and failure.code is ErrorCode.INVALID_CREDENTIALS
                )
                self._ending.end_unused(opened, void=refused)
                raise
            if decision is Decision.GRANTED:
                return self._opening.begin(opened)
            self._ending.end_unused(opened, void=True)
        raise busy()

    def _decide(self, proof: Proof, opened: OpenedSession) -> tuple[Decision, Proof]:
        """Return what the proof is worth now, and the proof with the user as stored now."""
        for _ in range(TRIES):
            if self._opening.count(proof.user):
                return Decision.GRANTED, proof
            decision, proof = self._look_again(proof)
            if decision is not Decision.GRANTED:
                return decision, proof
            room = self._opening.make_room(opened, proof.user)
            if room is not Room.UNCERTAIN:
                return (Decision.GRANTED if room is Room.MADE else Decision.AGAIN), proof
        raise busy()

    def _look_again(self, proof: Proof) -> tuple[Decision, Proof]:
        """Return what a proof is worth by now, and the proof with the user as stored now.

        Raises:
            ApiError: `invalid_credentials` when it is worth nothing any more.
        """
        user = self._accounts.find_user(proof.user.name_key)
        decision = decide(proof, user)
        if user is None or decision is Decision.REFUSED:
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        return decision, replace(proof, user=user)
