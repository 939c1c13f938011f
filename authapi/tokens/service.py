"""Issue and verify tokens: access tokens for resources, refresh tokens for sessions alone."""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from authapi.core.clock import Clock, whole_second
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.identity import AAL1, PASSWORD, Identity
from authapi.core.roles import NO_ROLES, Roles
from authapi.tokens import own_claims, rules
from authapi.tokens.claims import access_claims, refresh_body
from authapi.tokens.codec import decode, encode
from authapi.tokens.keys import KeyRing
from authapi.tokens.models import AccessToken, FreshProof, Prepared, RefreshClaims, TokenPair
from authapi.tokens.own_claims import ClaimsHook
from authapi.tokens.rules import TokenEarly, TokenExpired, TokenInvalid
from authapi.tokens.settings import TokenSettings

ACCESS_TYPE = "at+jwt"
REFRESH_TYPE = "rt+jwt"

LONGEST_RETRY_SECONDS = 60
"""The longest `Retry-After` for a token from a server whose clock is ahead."""

_log = logging.getLogger("authapi.tokens")

REMEMBERED = 2048
"""How many verified access tokens a process remembers: the last ones, 1.5 KiB each."""


class TokenService:
    """Issues and verifies both kinds of token; each is good in its own place only (S37).

    Attributes:
        hooks: functions of an app that add claims to access tokens.

    Args:
        access_keys: sign and verify access tokens.
        refresh_keys: sign and verify refresh tokens.
        on_refused: called for each forged or misplaced token, with the kind that was expected:
            `access_token` or `refresh_token` (S133).
    """

    def __init__(
        self,
        access_keys: KeyRing,
        refresh_keys: KeyRing,
        settings: TokenSettings,
        clock: Clock,
        on_refused: Callable[[str], None] = lambda kind: None,
    ) -> None:
        self._access_keys = access_keys
        self._refresh_keys = refresh_keys
        self._settings = settings
        self._clock = clock
        self._on_refused = on_refused
        self.hooks: list[ClaimsHook] = []
        self._read_access = lru_cache(REMEMBERED)(self._decode_access)

    def prepare_access(self, session: RefreshClaims, proof: FreshProof | None = None) -> Prepared:
        """Prepare the claims of an access token that will be issued after a write.

        The hooks of an app run here: when one fails, nothing has changed yet.

        Args:
            session: the session, as it will be after the write.
            proof: as for `issue_access`.

        Raises:
            ClaimsError: when the app adds claims that no token may have.
        """
        if not self.hooks:
            return {}
        claims = access_claims(session, proof, self._clock(), self._settings)
        return {"jti": claims["jti"], **self._added(claims)}

    def issue_access(
        self,
        session: RefreshClaims,
        *,
        proof: FreshProof | None = None,
        prepared: Prepared | None = None,
    ) -> AccessToken:
        """Return a new access token of a session (RFC 9068).

        Args:
            session: the session.
            proof: a later proof than that of the login, if there is one.
            prepared: what `prepare_access` returned, where a write came in between.

        Raises:
            ClaimsError: when the app adds claims that no token may have.
        """
        claims = access_claims(session, proof, self._clock(), self._settings)
        if prepared is not None:
            claims |= prepared
        elif self.hooks:
            claims |= self._added(claims)
        token = encode(claims, ACCESS_TYPE, self._access_keys)
        return AccessToken(token, claims["exp"] - claims["iat"])

    def issue_pair(self, session: RefreshClaims, prepared: Prepared | None = None) -> TokenPair:
        """Return a new access token of a session, and its refresh token; see `issue_access`."""
        access = self.issue_access(session, prepared=prepared)
        return TokenPair(access.access_token, self.encode_refresh(session), access.expires_in)

    def verify_access(self, token: str) -> Identity:
        """Return the identity in an access token.

        Signature and claims are checked once and remembered for a while; the times are compared
        with the clock each time.

        Raises:
            ApiError: `invalid_token` or `token_expired`; `service_unavailable` for one from a
                server whose clock is ahead (S138).
        """
        try:
            identity, starts = self._read_access(token)
            rules.check_times(starts, identity.expires_at, self._clock())
        except TokenInvalid:
            self._on_refused("access_token")
            raise ApiError(ErrorCode.INVALID_TOKEN) from None
        except TokenExpired:
            raise ApiError(ErrorCode.TOKEN_EXPIRED) from None
        except TokenEarly as token_early:
            raise _come_again(token_early) from None
        return identity

    def check(self) -> None:
        """Issue an access token and read it, to check the keys.

        Raises:
            TokenInvalid: when the keys do not work.
        """
        session = self.first_refresh("check", "check", "check")
        claims = access_claims(session, None, self._clock(), self._settings)
        self._decode_access(encode(claims, ACCESS_TYPE, self._access_keys))

    def public_jwks(self) -> list[dict[str, str]]:
        """Return the public keys that verify access tokens."""
        return self._access_keys.public_jwks()

    def first_refresh(
        self,
        username: str,
        user_id: str,
        session_id: str,
        *,
        epoch: int = 0,
        methods: tuple[str, ...] = (PASSWORD,),
        assurance: str = AAL1,
        roles: Roles = NO_ROLES,
    ) -> RefreshClaims:
        """Return the claims of a new session's first refresh token."""
        now = whole_second(self._clock())
        end = self._refresh_end(now, auth_time=now)
        return RefreshClaims(
            username, user_id, session_id, 0, now, now, end, epoch, methods, assurance, roles
        )

    def next_refresh(self, spent: RefreshClaims, at: datetime, *, epoch: int = 0) -> RefreshClaims:
        """Return the claims of the successor of `spent`; the same `at` gives the same successor.

        Args:
            spent: the token that is exchanged.
            at: when.
            epoch: the user's lowest one that is accepted; the session may have been moved to it.
        """
        return replace(
            spent,
            gen=spent.gen + 1,
            iat=at,
            exp=self._refresh_end(at, auth_time=spent.auth_time),
            epoch=max(spent.epoch, epoch),
        )

    def encode_refresh(self, claims: RefreshClaims) -> str:
        """Sign the claims of a refresh token; equal claims give the same token."""
        body = refresh_body(claims, self._settings.jwt_issuer)
        return encode(body, REFRESH_TYPE, self._refresh_keys)

    def read_refresh(self, token: str, *, even_expired: bool = False) -> RefreshClaims:
        """Return the claims of a refresh token.

        Raises:
            ApiError: `invalid_refresh_token`; unless `even_expired`, `refresh_token_expired`, or
                `service_unavailable` for one from a server whose clock is ahead (S138).
        """
        try:
            raw = decode(token, REFRESH_TYPE, self._refresh_keys)
            claims = rules.refresh_claims(raw, self._settings.jwt_issuer)
            if not even_expired:
                rules.check_times(rules.starts(raw), claims.exp, self._clock())
        except TokenInvalid:
            self._on_refused("refresh_token")
            raise ApiError(ErrorCode.INVALID_REFRESH_TOKEN) from None
        except TokenExpired:
            raise ApiError(ErrorCode.REFRESH_TOKEN_EXPIRED) from None
        except TokenEarly as token_early:
            raise _come_again(token_early) from None
        return claims

    def _decode_access(self, token: str) -> tuple[Identity, datetime]:
        """Return the identity in an access token, and when it begins to be good."""
        raw = decode(token, ACCESS_TYPE, self._access_keys)
        holder = self._identity(raw)
        # A setting that was shortened holds for older tokens as well.
        latest = holder.issued_at + self._settings.access_token_lifetime
        return replace(holder, expires_at=min(holder.expires_at, latest)), rules.starts(raw)

    def _added(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        return own_claims.added_by(self.hooks, self._identity(claims))

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        return rules.identity(claims, self._settings.jwt_issuer, self._settings.jwt_audience)

    def _refresh_end(self, issued: datetime, *, auth_time: datetime) -> datetime:
        """Return the idle or the absolute end, whichever comes first (ASVS 7.3.1, 7.3.2)."""
        return min(
            issued + self._settings.refresh_token_lifetime,
            auth_time + self._settings.session_lifetime,
        )


def _come_again(error: TokenEarly) -> ApiError:
    """Return a 503: the token is genuine, and some server's clock is wrong."""
    seconds = math.ceil(error.early.total_seconds())
    _log.error("a token of ours is %d s too early: the servers' clocks differ", seconds)
    retry_after = min(seconds, LONGEST_RETRY_SECONDS)
    return ApiError(ErrorCode.SERVICE_UNAVAILABLE, retry_after=retry_after)
