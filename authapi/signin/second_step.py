"""The second step of a login: asked for, and taken."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import AAL2, PASSWORD
from authapi.limits.service import Limits
from authapi.signin.models import Evidence, Factor, Match, Preparation, Proof, no_preparation
from authapi.tokens.transient import LIFE, TransientTokens

_OVER = "That took too long, or the account has changed. Please log in again."


class SecondStep:
    """Turns a proof by a password into one by two factors, for users who have two.

    Args:
        tokens: the `mfa_token`s, which connect the two steps of a login.
        hint: the message for users of an authenticator app whose client knows no second step.
    """

    def __init__(
        self,
        accounts: AccountService,
        limits: Limits,
        tokens: TransientTokens,
        events: EventRecorder,
        clock: Clock,
        hint: str | None,
    ) -> None:
        self._accounts = accounts
        self._limits = limits
        self._tokens = tokens
        self._events = events
        self._clock = clock
        self._hint = hint
        self._factors: list[Factor] = []

    def add(self, factor: Factor) -> None:
        """Accept this kind of factor as well."""
        self._factors.append(factor)

    def require(self, proof: Proof) -> None:
        """Refuse a proof by one factor for a user with two; called for every session.

        Raises:
            ApiError: `second_factor_required`.
        """
        if proof.lacks_second_factor:
            raise self._required(proof)

    def _required(self, proof: Proof) -> ApiError:
        """Return the refusal that asks for the second step; nothing is stored (S102)."""
        user = proof.user
        self._events.record(Event.SECOND_FACTOR_ASKED, user_id=user.id)
        token = self._tokens.issue({"uid": user.id, "ep": user.epoch, "amr": proof.methods})
        offered = [name for factor in self._factors for name in factor.offered(user)]
        return ApiError(
            ErrorCode.SECOND_FACTOR_REQUIRED,
            message=self._hint if "totp" in offered and PASSWORD in proof.methods else None,
            details={
                "mfa_token": token,
                "expires_in": int(LIFE.total_seconds()),
                "factors": offered,
            },
        )

    def resume(self, mfa_token: str) -> Proof:
        """Return the proof of the first step.

        Raises:
            ApiError: `invalid_token` when it is over, or its proof is not true any more.
        """
        claims = self._tokens.read(mfa_token)
        user = self._accounts.find_user_by_id(claims["uid"])
        if user is None or user.disabled or user.epoch != claims["ep"] or not user.second_factor:
            raise ApiError(ErrorCode.INVALID_TOKEN, message=_OVER)
        return Proof(user, tuple(claims["amr"]))

    def take(
        self,
        proof: Proof,
        evidence: Evidence | None,
        client: Client,
        is_repeat: Callable[[], bool] = lambda: False,
        prepare: Preparation = no_preparation,
    ) -> Proof:
        """Return a proof by two factors.

        Args:
            proof: of the first step.
            evidence: of the second step.
            client: who sends it.
            is_repeat: says whether the same request succeeded before, and its session is unused:
                then its evidence may be used up.
            prepare: called with the new proof before the evidence is used up.

        Raises:
            ApiError: `second_factor_required` without evidence; `invalid_code` or
                `invalid_passkey` for wrong or used evidence; `rate_limited`.
        """
        if evidence is None:
            raise self._required(proof)
        user = proof.user
        methods = (*proof.methods, evidence.method)
        attempt = self._limits.second_step(user.id, client)
        checks = (*proof.final_checks, attempt.confirm)
        proof = replace(proof, methods=methods, assurance=AAL2, final_checks=checks)
        with attempt.checking():
            match = self._match(user, evidence, client)
            if match is not None:
                attempt.succeed()
                proof = prepare(replace(proof, answer_members=match.answer_members))
            spent = match is not None and match.spend()
            repeated = not spent and is_repeat()
            if not spent and not repeated:
                attempt.fail()
                self._events.record(Event.SECOND_FACTOR_FAILED, user_id=user.id)
                self._tell_owner(user, client)
                raise ApiError(evidence.refusal, status=HTTPStatus.UNAUTHORIZED)
        return replace(proof, repeated=repeated)

    def _match(self, user: User, evidence: Evidence, client: Client) -> Match | None:
        found = (factor.match(user, evidence, client) for factor in self._factors)
        return next((match for match in found if match is not None), None)

    def _tell_owner(self, user: User, client: Client) -> None:
        """Tell the owner that a stranger knows the password, at most once a day (S113)."""

        def is_owner() -> bool:
            return self._limits.knows(user.name_key, client)

        self._accounts.tell_daily(user, "password_known", "told_at", self._clock(), is_owner)
