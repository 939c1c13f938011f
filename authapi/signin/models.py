"""Proofs: what a user showed to prove who they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from authapi.accounts.models import User
from authapi.core.client import Client
from authapi.core.errors import ErrorCode
from authapi.core.identity import AAL1, AAL2, CODE, HARDWARE_KEY
from authapi.sessions.models import OpenedSession
from authapi.tokens.models import Prepared


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof that somebody is a user.

    Attributes:
        user: who, as read when the proof was checked.
        methods: how, by the names of RFC 8176 (`pwd`, `otp`, `hwk`, …).
        assurance: how strong that is (NIST SP 800-63B-4, 2).
        answer_members: further members of the answer that holds the session's tokens.
        repeated: whether the same request used it up before: then it leads to the session that it
            began, and to no other.
        by_token: whether the caller's access token is a part of it: then it is void when the
            epoch rises.
        final_checks: called once its session is stored; they may raise a refusal.
        draft: the session to begin, where the proof is good only once: made before it is used up.
        prepared: prepared claims of an access token in the caller's session.
    """

    user: User
    methods: tuple[str, ...]
    assurance: str = AAL1
    answer_members: Mapping[str, object] = field(default_factory=dict)
    repeated: bool = False
    by_token: bool = False
    final_checks: tuple[Callable[[], None], ...] = ()
    draft: OpenedSession | None = None
    prepared: Prepared | None = None

    @property
    def lacks_second_factor(self) -> bool:
        """Whether the user has a second factor, and the proof is by one only."""
        return self.user.second_factor and self.assurance != AAL2


Preparation = Callable[[Proof], Proof]
"""Completes a right proof before it is used up, since code of an app may fail."""


def no_preparation(proof: Proof) -> Proof:
    """Prepare nothing."""
    return proof


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is shown beside the password: a code, or a passkey's assertion.

    Attributes:
        code: of an authenticator app, or a recovery code, as typed.
        passkey: the `ceremony` and the `credential`.
    """

    code: str | None = None
    passkey: Mapping[str, Any] | None = None

    @property
    def method(self) -> str:
        """The method of a proof by it (RFC 8176)."""
        return CODE if self.passkey is None else HARDWARE_KEY

    @property
    def refusal(self) -> ErrorCode:
        """The error code when it is wrong."""
        return ErrorCode.INVALID_CODE if self.passkey is None else ErrorCode.INVALID_PASSKEY

    def bind(self, key: str | None) -> str | None:
        """Bind a request's Idempotency-Key to this evidence, if the request had one.

        The session's id is derived from what is returned, so only who has the evidence gets it.
        """
        return f"{key} {self.code or self.passkey}" if key is not None else None


@dataclass(frozen=True, slots=True)
class Reauthentication:
    """What a request has beside its access token, where that is not enough."""

    password: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Evidence that is right, and good once.

    Attributes:
        spend: uses it up, by one conditional write; False when it was used before.
        answer_members: further members of the answer.
    """

    spend: Callable[[], bool]
    answer_members: Mapping[str, object] = field(default_factory=dict)


class Factor(Protocol):
    """A kind of second factor; its room gives it to `SecondStep`."""

    def offered(self, user: User) -> Sequence[str]:
        """Return the kinds of evidence that the user has, by their names for clients: `totp`."""
        ...

    def match(self, user: User, evidence: Evidence, client: Client) -> Match | None:
        """Return the evidence as a match, or None when it is wrong or of another kind."""
        ...
