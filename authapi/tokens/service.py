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
"""What a client is told to wait at most for a clock that is wrong."""

_log = logging.getLogger("authapi.tokens")

REMEMBERED = 2048
"""How many access tokens of ours a process remembers.

Those that came last, each of about 1.5 KiB."""


class TokenService:
    """Makes the two kinds of token and believes only its own, each where it belongs (S37).

    Attributes:
        hooks: what adds an app's own claims to access tokens.

    Args:
        access_keys: sign and verify access tokens.
        refresh_keys: sign and verify refresh tokens.
        on_refused: is told of each token that is not ours or not for its place, by the kind that
            was expected: `access_token` or `refresh_token` (S133).
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
        """Ask for what the app adds to an access token that will be issued after a write.

        Code of an app may fail; then it does so while nothing has changed.

        Args:
            session: whose token it will be, as it will be then.
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
            session: whose token it is.
            proof: what the user showed in it later than at its login, if that was asked for.
            prepared: what `prepare_access` returned, where that was asked before a write.

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
        """Return who holds the access token `token`.

        What a token says cannot change, so it is read once and remembered for a while; its times
        are compared with the clock each time.

        Raises:
            ApiError: `invalid_token` or `token_expired`; `service_unavailable` for one of ours
                from a server whose clock is ahead (S138).
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
        """Make an access token and read it; return nothing if that works.

        Raises:
            TokenInvalid: when the keys do not.
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
            spent: the token that is traded in.
            at: when.
            epoch: the user's first living epoch: a session that was kept at its raise is in it.
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
        """Return what a refresh token of ours says.

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
        """Return who holds an access token of ours, and when it begins to be good."""
        raw = decode(token, ACCESS_TYPE, self._access_keys)
        holder = self._identity(raw)
        # Where the lifetime was longer once, older tokens end as those of today do.
        latest = holder.issued_at + self._settings.access_token_lifetime
        return replace(holder, expires_at=min(holder.expires_at, latest)), rules.starts(raw)

    def _added(self, claims: Mapping[str, Any]) -> dict[str, Any]:
        return own_claims.added_by(self.hooks, self._identity(claims))

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        return rules.identity(claims, self._settings.jwt_issuer, self._settings.jwt_audience)

    def _refresh_end(self, issued: datetime, *, auth_time: datetime) -> datetime:
        """Idle end or absolute end, whichever comes first (ASVS 7.3.1, 7.3.2)."""
        return min(
            issued + self._settings.refresh_token_lifetime,
            auth_time + self._settings.session_lifetime,
        )


def _come_again(error: TokenEarly) -> ApiError:
    """Return a refusal that is not final: the token is good, and some server's clock is wrong."""
    seconds = math.ceil(error.early.total_seconds())
    _log.error("a token of ours is %d s too early: the servers' clocks differ", seconds)
    retry_after = min(seconds, LONGEST_RETRY_SECONDS)
    return ApiError(ErrorCode.SERVICE_UNAVAILABLE, retry_after=retry_after)
