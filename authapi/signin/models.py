"""What a user showed to prove who they are."""

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
    """Somebody proved to be a user.

    Attributes:
        user: who, as read when the proof was checked.
        methods: how, in the words of RFC 8176 (`pwd`, `otp`, `hwk`, …).
        assurance: how strong that is (NIST SP 800-63B-4, 2).
        answer_members: further members of the answer that holds the session's tokens.
        repeated: whether it was used up by the same request before: then it leads to the session
            that it began, and to no other.
        by_token: whether the caller's token is a part of it: then it ends with that one's epoch.
        final_checks: asked once its session is stored; they may refuse it still, by raising.
        draft: the session that it may begin, where it is good only once: made before it is used up.
        prepared: what is to be said of the access token that it leads to in its caller's session.
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
        """Whether the user wants a second factor, and it shows one only."""
        return self.user.second_factor and self.assurance != AAL2


Preparation = Callable[[Proof], Proof]
"""What is done with a proof that is right, before it is used up: code of an app may fail here."""


def as_it_is(proof: Proof) -> Proof:
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
        """The method that it is, once it was right (RFC 8176)."""
        return CODE if self.passkey is None else HARDWARE_KEY

    @property
    def refusal(self) -> ErrorCode:
        """What is said when it is wrong."""
        return ErrorCode.INVALID_CODE if self.passkey is None else ErrorCode.INVALID_PASSKEY

    @property
    def text(self) -> str:
        """The whole of it in one: two that are equal are the same attempt."""
        return self.code or str(self.passkey)


@dataclass(frozen=True, slots=True)
class Reauthentication:
    """What a request shows beside its access token, where that is not enough."""

    password: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Evidence that is right, and is good once.

    Attributes:
        spend: uses it up, by one conditional write; False when it was used before.
        answer_members: what the answer says of it.
    """

    spend: Callable[[], bool]
    answer_members: Mapping[str, object] = field(default_factory=dict)


class Factor(Protocol):
    """A kind of second step; the room that keeps it gives one to `SecondStep`."""

    def offered(self, user: User) -> Sequence[str]:
        """Return what the user may show, in the words that clients know, such as `totp`."""
        ...

    def match(self, user: User, evidence: Evidence, client: Client) -> Match | None:
        """Return the evidence as a match, or None when it is wrong or of another kind."""
        ...
