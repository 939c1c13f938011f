"""A session: one login, from its start to its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from authapi.core.client import UNKNOWN, Client
from authapi.core.identity import AAL1, PASSWORD
from authapi.core.roles import NO_ROLES, Roles
from authapi.tokens.models import Prepared, RefreshClaims


@dataclass(frozen=True, slots=True)
class Session:
    """A stored session. Nothing in it mints a token or logs anybody in (S57).

    Attributes:
        id: random, claim `sid` of its tokens.
        user_id: whose it is.
        generation: how often it was refreshed; the one refresh token of this number is alive.
        created_at: when the user logged in.
        refreshed_at: when it was used last; the living refresh token says it to the second.
        expires_at: when it ends unless refreshed; MongoDB then removes the document.
        client: the program and the address of the login.
        refresh_key: a fingerprint of the last refresh's Idempotency-Key, if it had one.
        epoch: the user's epoch that it belongs to; with a later one it is void.
        methods: how the user logged in (RFC 8176).
        assurance: how strong that was.
        roles: the user's, of the version that its tokens told of, or are to tell of next.
    """

    id: str
    user_id: str
    generation: int
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    client: Client = UNKNOWN
    refresh_key: str | None = None
    epoch: int = 0
    methods: tuple[str, ...] = (PASSWORD,)
    assurance: str = AAL1
    roles: Roles = NO_ROLES


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


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that a sign-in stores, before anybody has its tokens.

    Attributes:
        claims: of its first refresh token.
        has_key: whether a repeated request with the same Idempotency-Key gets the same session.
        prepared: what its access token says that an app was asked for.
    """

    claims: RefreshClaims
    has_key: bool
    prepared: Prepared
