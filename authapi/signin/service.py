"""The sign-in, step by step: from a proof of who somebody is to a session."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.errors import ApiError, ErrorCode, busy
from authapi.core.identity import HARDWARE_KEY, PASSWORD, Identity
from authapi.core.retries import TRIES
from authapi.limits.service import Limits
from authapi.sessions.ending import SessionEnding
from authapi.sessions.models import OpenedSession
from authapi.sessions.opening import Capacity, SessionOpening
from authapi.signin.models import Evidence, Preparation, Proof, Reauthentication, no_preparation
from authapi.signin.proving import PasswordProof
from authapi.signin.rules import Decision, decide, has_second_step
from authapi.signin.second_step import SecondStep
from authapi.tokens.models import TokenPair


class SignIn:
    """Turns proofs into sessions."""

    def __init__(
        self,
        accounts: AccountService,
        passwords: PasswordProof,
        second: SecondStep,
        limits: Limits,
        opening: SessionOpening,
        ending: SessionEnding,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._second = second
        self._limits = limits
        self._opening = opening
        self._ending = ending
        self._requirements: list[Callable[[Proof], None]] = [second.require]

    def require(self, requirement: Callable[[Proof], None]) -> None:
        """Call `requirement` before each session; it raises when the proof is not enough."""
        self._requirements.append(requirement)

    def authenticate(
        self,
        username: str,
        password: str,
        client: Client,
        idempotency_key: str | None = None,
        evidence: Evidence | None = None,
    ) -> TokenPair:
        """Begin a session for the user whose name and password these are.

        The same credentials with the same key get the same session again, while it is unused.

        Args:
            username: as typed.
            password: as typed; the code of a second step may follow it.
            client: who types.
            idempotency_key: the request's own, if it had one.
            evidence: of the second step, where the client sends it at once.

        Raises:
            ApiError: `invalid_credentials`, `rate_limited` or `service_unavailable`; for users
                with a second factor as `SecondStep.take`.
        """
        proof, evidence = self._passwords.check(username, password, client, evidence)
        if not has_second_step(proof.user, evidence):
            return self.open_session(proof, client, idempotency_key)
        return self._second_step(proof, evidence, client, idempotency_key)

    def authenticate_second(
        self,
        mfa_token: str,
        evidence: Evidence,
        client: Client,
        idempotency_key: str | None = None,
    ) -> TokenPair:
        """Begin a session by the second step of a login.

        Raises:
            ApiError: `invalid_token` when the first step is void or too old; as `SecondStep.take`.
        """
        proof = self._second.resume(mfa_token)
        if PASSWORD in proof.methods:
            attempt = self._limits.password_attempt(proof.user.name_key, client)
            proof = replace(proof, final_checks=(attempt.confirm,))
        return self._second_step(proof, evidence, client, idempotency_key)

    def reauthenticate(
        self,
        identity: Identity,
        shown: Reauthentication,
        client: Client,
        *,
        spare_second: bool = False,
        prepare: Preparation = no_preparation,
    ) -> Proof:
        """Let the caller prove again who they are, where an access token is not enough.

        Args:
            identity: the caller.
            shown: the password, and evidence of users with a second factor.
            client: who types.
            spare_second: whether the password is enough for them, since they used two factors just
                now; not after all sessions were ended.
            prepare: as for `SecondStep.take`.

        Raises:
            ApiError: as `PasswordProof.check` and `SecondStep.take`; `invalid_token` when the name
                is somebody else's now.
        """
        typed = shown.password or ""
        proof, evidence = self._passwords.check(identity.username, typed, client, shown.evidence)
        if proof.user.id != identity.user_id:
            raise ApiError(ErrorCode.INVALID_TOKEN)
        if not has_second_step(proof.user, evidence):
            return proof
        if spare_second and evidence is None and identity.epoch >= proof.user.epoch:
            return replace(proof, by_token=True)
        return self._second.take(proof, evidence, client, prepare=prepare)

    def open_session(self, proof: Proof, client: Client, key: str | None) -> TokenPair:
        """Store a session, then count it by a write on the user in the epoch of the proof.

        So a change of the user before that write is noticed; one after it voids the session.

        Args:
            proof: of who signs in.
            client: the program and address of the login.
            key: the request's Idempotency-Key, if it had one.

        Raises:
            ApiError: `second_factor_required`, and those of all requirements; `invalid_credentials`
                when the proof is not true any more; `rate_limited`.
        """
        for requirement in self._requirements:
            requirement(proof)
        members = proof.answer_members
        for _ in range(TRIES):
            opened = self._open(proof, client, key)
            try:
                decision, proof = self._decide(proof, opened)
                self._confirm(proof, client)
            except Exception as failure:  # of the database, too: no client has the tokens
                refused = (
                    isinstance(failure, ApiError) and failure.status is HTTPStatus.UNAUTHORIZED
                )
                self._ending.end_unused(opened, void=refused)
                raise
            if decision is Decision.GRANTED:
                return replace(self._opening.begin(opened), answer_members=members)
            self._ending.end_unused(opened, void=True)
        raise busy()

    def look_again(self, proof: Proof) -> tuple[Decision, Proof]:
        """Decide again about a proof; return it with the user as stored now.

        Raises:
            ApiError: `invalid_credentials` when it is not true any more.
        """
        user = self._accounts.find_user(proof.user.name_key)
        decision = decide(proof, user)
        if user is None or decision is Decision.REFUSED:
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        return decision, replace(proof, user=user, draft=None)

    def is_repeat(self, user: User, key: str | None) -> bool:
        """Whether `open_session` began a session with this key, which is unused."""
        return key is not None and self._opening.is_unused(user, key)

    def draft(self, proof: Proof, key: str | None) -> Proof:
        """Make a proof's session without storing it; call this before the proof is used up."""
        return replace(proof, draft=self._draft(proof, key))

    def _draft(self, proof: Proof, key: str | None) -> OpenedSession:
        return self._opening.draft(proof.user, proof.methods, proof.assurance, key)

    def _second_step(
        self, proof: Proof, evidence: Evidence | None, client: Client, key: str | None
    ) -> TokenPair:
        """Take the second step, and begin the session; a repeat gets the one that it began."""
        bound = evidence.bind(key) if evidence is not None else None
        proof = self._second.take(
            proof,
            evidence,
            client,
            lambda: self.is_repeat(proof.user, bound),
            lambda right: self.draft(right, bound),
        )
        return self.open_session(proof, client, bound)

    def _open(self, proof: Proof, client: Client, key: str | None) -> OpenedSession:
        """Store a session; for a repeated proof return the one that it began (S104)."""
        if not proof.repeated:
            return self._opening.open(proof.draft or self._draft(proof, key), client, key)
        if (found := self._opening.find_unused(proof.user, key)) is None:
            by_passkey = HARDWARE_KEY in proof.methods
            code = ErrorCode.INVALID_PASSKEY if by_passkey else ErrorCode.INVALID_CODE
            raise ApiError(code, status=HTTPStatus.UNAUTHORIZED)
        return found

    def _confirm(self, proof: Proof, client: Client) -> None:
        """Do the final checks; note the network of a login without a password."""
        if PASSWORD not in proof.methods:
            self._limits.trust_network(proof.user.name_key, client)
        for check in proof.final_checks:
            check()

    def _decide(self, proof: Proof, opened: OpenedSession) -> tuple[Decision, Proof]:
        """Count the session, or decide about the proof; return it with the user as stored now."""
        for _ in range(TRIES):
            if self._opening.count(proof.user):
                return Decision.GRANTED, proof
            decision, proof = self.look_again(proof)
            if decision is not Decision.GRANTED:
                return decision, proof
            capacity = self._opening.make_room(opened, proof.user)
            if capacity is not Capacity.UNCERTAIN:
                return (Decision.GRANTED if capacity is Capacity.MADE else Decision.AGAIN), proof
        raise busy()
