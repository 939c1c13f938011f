"""The claims of tokens, and the tokens that a client gets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from authapi.core.identity import AAL1, PASSWORD
from authapi.core.roles import NO_ROLES, Roles

Prepared = Mapping[str, Any]
"""Claims of an access token that are known before it is issued: its id, and an app's own."""


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """The claims of a refresh token: all that a rotation needs, so that it reads no document.

    Attributes:
        sub: the username.
        uid: the user's id.
        sid: the session's id.
        gen: the session's generation, in which this token is good.
        auth_time: when the user logged in; the session's absolute end counts from it.
        iat: when this token was made.
        exp: when it ends.
        epoch: the user's epoch that the session belongs to (claim `ep`).
        methods: how the user logged in (claim `amr`).
        assurance: how strong that was (claim `acr`).
        roles: what the user may do (claim `roles`), and of which version that is (claim `rv`).
    """

    sub: str
    uid: str
    sid: str
    gen: int
    auth_time: datetime
    iat: datetime
    exp: datetime
    epoch: int = 0
    methods: tuple[str, ...] = (PASSWORD,)
    assurance: str = AAL1
    roles: Roles = NO_ROLES


@dataclass(frozen=True, slots=True)
class FreshProof:
    """A new proof in a session that began before.

    Attributes:
        methods: how (claim `amr`).
        assurance: how strong that was (claim `acr`).
    """

    methods: tuple[str, ...]
    assurance: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token alone: `expires_in` is its life in seconds."""

    access_token: str
    expires_in: int

    def as_members(self) -> dict[str, object]:
        """Return the members of an answer that holds the token (RFC 6749, 5.1)."""
        return {
            "access_token": self.access_token,
            "expires_in": self.expires_in,
            "token_type": "Bearer",
        }


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client holds: `expires_in` is the access token's life in seconds.

    Attributes:
        answer_members: further members of the answer.
    """

    access_token: str
    refresh_token: str
    expires_in: int
    answer_members: Mapping[str, object] = field(default_factory=dict)

    def as_members(self) -> dict[str, object]:
        """Return the members of an answer that holds the tokens (RFC 6749, 5.1)."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_in": self.expires_in,
            "token_type": "Bearer",
            **self.answer_members,
        }
