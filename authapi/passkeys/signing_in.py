"""Logs a user in by a passkey."""

from dataclasses import replace
from typing import Any

from authapi.accounts.models import User
from authapi.core.client import Client
from authapi.core.identity import Identity
from authapi.factors.models import Factors
from authapi.passkeys.ceremonies import Ceremonies
from authapi.passkeys.ceremony import RelyingParty
from authapi.passkeys.models import Use
from authapi.passkeys.proving import PasskeyProof
from authapi.passkeys.store import PasskeyStore
from authapi.signin.models import Evidence, Preparation, Proof
from authapi.signin.second_step import SecondStep
from authapi.signin.service import SignIn
from authapi.signin.step_up import StepUp
from authapi.tokens.models import TokenPair


class PasskeySignIn:
    """Begins ceremonies for logins, and logs in by their answers."""

    def __init__(
        self,
        signin: SignIn,
        step_up: StepUp,
        second: SecondStep,
        proof: PasskeyProof,
        passkeys: PasskeyStore,
        ceremonies: Ceremonies,
        party: RelyingParty,
    ) -> None:
        self._signin = signin
        self._step_up = step_up
        self._second = second
        self._proof = proof
        self._passkeys = passkeys
        self._ceremonies = ceremonies
        self._party = party

    def ask(self, mfa_token: str | None, identity: Identity | None) -> dict[str, Any]:
        """Begin a ceremony; return it and the options for `navigator.credentials.get`.

        Where the user is not known yet, the options name no passkeys: they reveal nothing about
        accounts, and the browser offers those that it has (S117).

        Args:
            mfa_token: of a login whose password was right.
            identity: the logged-in user, for a step-up.

        Raises:
            ApiError: `invalid_token` when one of them is void.
        """
        if mfa_token is not None:
            return self._ask_known(self._second.resume(mfa_token).user, "discouraged")
        if identity is not None:
            return self._ask_known(self._step_up.prove_by_token(identity).user, "preferred")
        ceremony = self._ceremonies.begin(Use.LOG_IN)
        options = self._party.request_options(ceremony.challenge, (), "required")
        return {"ceremony": ceremony.token, "options": options}

    def log_in(self, evidence: Evidence, client: Client, key: str | None) -> TokenPair:
        """Begin a session for the owner of a passkey, without the password.

        Args:
            evidence: the answer of the passkey.
            client: who sends it.
            key: the request's Idempotency-Key, if it had one; a repeat gets the same session.

        Raises:
            ApiError: as `PasskeyProof.show_alone` and `SignIn.open_session`.
        """
        shown = self._proof.show_alone(evidence.passkey or {}, Use.LOG_IN)
        bound = evidence.bind(key)
        proof = self._signin.draft(self._proof.proof(shown), bound)
        repeated = not self._proof.use(shown)
        if repeated and not self._signin.is_repeat(shown.user, bound):
            raise self._proof.refused(shown.user)
        return self._signin.open_session(replace(proof, repeated=repeated), client, bound)

    def step_up(self, identity: Identity, evidence: Evidence, prepare: Preparation) -> Proof:
        """Let the caller prove by a passkey alone, again, who they are.

        Args:
            identity: the caller.
            evidence: the answer of the passkey.
            prepare: called with the proof before the answer is used up.

        Raises:
            ApiError: as `PasskeyProof.show_alone`.
        """
        shown = self._proof.show_alone(evidence.passkey or {}, Use.LOG_IN, Use.KNOWN)
        if shown.user.id != identity.user_id:
            raise self._proof.refused(shown.user)
        proof = prepare(self._proof.proof(shown))
        if not self._proof.use(shown):
            raise self._proof.refused(shown.user)
        return proof

    def _ask_known(self, user: User, verification: str) -> dict[str, Any]:
        ceremony = self._ceremonies.begin(Use.KNOWN, user)
        allowed = self._passkeys.find_passkeys(Factors.of(user).passkeys)
        options = self._party.request_options(ceremony.challenge, allowed, verification)
        return {"ceremony": ceremony.token, "options": options}
