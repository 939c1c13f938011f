"""A session: one login, from its start to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from authapi.core.client import UNKNOWN, Client
from authapi.core.clock import whole_second
from authapi.core.identity import AAL1, PASSWORD
from authapi.core.roles import NO_ROLES, Roles
from authapi.tokens.models import Prepared, RefreshClaims


@dataclass(frozen=True, slots=True)
class Session:
    """A stored session. With it alone nobody can make a token or log in (S57).

    Attributes:
        id: random, claim `sid` of its tokens.
        user_id: whose it is.
        generation: how often it was refreshed; only the refresh token of this generation is good.
        created_at: when the user logged in.
        refreshed_at: when it was used last; the good refresh token has it as `iat`, to the second.
        expires_at: when it ends unless refreshed; MongoDB then removes the document.
        client: the program and the address of the login.
        refresh_key: a fingerprint of the last refresh's Idempotency-Key, if it had one.
        epoch: the user's epoch that it belongs to; with a later one it is void.
        methods: how the user logged in (RFC 8176).
        assurance: how strong that was.
        roles: the user's, in the version of its last tokens, or of the next ones.
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

    @classmethod
    def begun(cls, claims: RefreshClaims, client: Client, at: datetime) -> Session:
        """Return the session that begins with these claims.

        `at` counts as its first use; it orders logins within one second.
        """
        return cls(
            id=claims.sid,
            user_id=claims.uid,
            generation=claims.gen,
            created_at=claims.auth_time,
            refreshed_at=at,
            expires_at=claims.exp,
            client=client,
            epoch=claims.epoch,
            methods=claims.methods,
            assurance=claims.assurance,
            roles=claims.roles,
        )

    def claims(self, username: str, roles: Roles) -> RefreshClaims:
        """Return the claims of the session's good refresh token.

        The first one is of the second in which it was made; it is stored a moment later.

        Args:
            username: whose it is.
            roles: the user's, as this process knows them; the session's may be later ones.
        """
        return RefreshClaims(
            sub=username,
            uid=self.user_id,
            sid=self.id,
            gen=self.generation,
            auth_time=self.created_at,
            iat=whole_second(self.refreshed_at) if self.generation else self.created_at,
            exp=self.expires_at,
            epoch=self.epoch,
            methods=self.methods,
            assurance=self.assurance,
            roles=self.roles.or_later(roles),
        )


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that a sign-in stores, before anybody has its tokens.

    Attributes:
        claims: of its first refresh token.
        has_key: whether it was opened with an Idempotency-Key, so that a repeat gets it.
        prepared: the prepared claims of its access token.
    """

    claims: RefreshClaims
    has_key: bool
    prepared: Prepared
