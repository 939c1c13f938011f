"""Checks the claims of tokens whose signature is verified: pure decisions."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from authapi.core.clock import MAX_CLOCK_SKEW, UNIX_EPOCH
from authapi.core.identity import AAL1, PASSWORD, Identity
from authapi.core.roles import Roles
from authapi.tokens import own_claims
from authapi.tokens.models import RefreshClaims

LONGEST_TOKEN = 4096
"""Characters; our tokens are far shorter, so a longer text is refused unread."""

_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class TokenInvalid(Exception):
    """The token is forged, or not for this purpose."""


class TokenExpired(Exception):
    """The token is genuine, and has expired."""


class TokenEarly(Exception):
    """The token is genuine, and begins further in the future than clocks may differ.

    Attributes:
        early: how far.
    """

    def __init__(self, early: timedelta) -> None:
        super().__init__(f"early by {early}")
        self.early = early


def identity(claims: Mapping[str, Any], issuer: str, audience: str) -> Identity:
    """Read the identity in an access token's claims (RFC 9068, 2.2).

    Raises:
        TokenInvalid: when a claim is missing, of a wrong type, or not exactly ours.
    """
    _exactly(claims, "iss", issuer)
    _exactly(claims, "aud", audience)
    proven = _moment(claims, "auth_time") if "auth_time" in claims else None
    issued = _moment(claims, "iat")
    return Identity(
        username=_text(claims, "sub"),
        user_id=_text(claims, "uid"),
        session_id=_text(claims, "sid"),
        token_id=_text(claims, "jti"),
        issued_at=issued,
        expires_at=_moment(claims, "exp"),
        epoch=_epoch(claims),
        authenticated_at=proven or UNIX_EPOCH,
        session_start=_session_start(claims) or proven or issued,
        methods=_methods(claims),
        assurance=_assurance(claims),
        roles=_roles(claims),
        claims_text=own_claims.found_in(claims),
    )


def refresh_claims(claims: Mapping[str, Any], issuer: str) -> RefreshClaims:
    """Read a refresh token's claims.

    Raises:
        TokenInvalid: when one is missing, of a wrong type, or not exactly ours.
    """
    _exactly(claims, "iss", issuer)
    return RefreshClaims(
        sub=_text(claims, "sub"),
        uid=_text(claims, "uid"),
        sid=_text(claims, "sid"),
        gen=_whole(claims, "gen"),
        auth_time=_moment(claims, "auth_time"),
        iat=_moment(claims, "iat"),
        exp=_moment(claims, "exp"),
        epoch=_epoch(claims),
        methods=_methods(claims),
        assurance=_assurance(claims),
        roles=Roles(_roles(claims), _whole(claims, "rv") if "rv" in claims else 0),
    )


def check_transient(claims: Mapping[str, Any], issuer: str, now: datetime) -> None:
    """Check the claims of a transient token, see `TransientTokens`.

    Raises:
        TokenInvalid: when a claim is missing, of a wrong type, or not exactly ours.
        TokenEarly: when it begins in the future.
        TokenExpired: when it is over.
    """
    _exactly(claims, "iss", issuer)
    check_times(starts(claims), _moment(claims, "exp"), now)


def starts(claims: Mapping[str, Any]) -> datetime:
    """Return when a token begins to be good: the later of `iat` and, if there is one, `nbf`."""
    moments = (_moment(claims, claim) for claim in ("iat", "nbf") if claim in claims)
    return max(moments) - MAX_CLOCK_SKEW


def check_times(starts: datetime, exp: datetime, now: datetime) -> None:
    """Compare a token's times with `now` (RFC 7519, 4.1.4 to 4.1.6).

    Raises:
        TokenEarly: when it begins in the future.
        TokenExpired: when `exp` has come.
    """
    if now < starts:
        raise TokenEarly(starts - now)
    if now >= exp:
        raise TokenExpired


def _exactly(claims: Mapping[str, Any], claim: str, expected: str) -> None:
    if claims.get(claim) != expected:
        raise TokenInvalid(f"{claim} is not ours")


def _text(claims: Mapping[str, Any], claim: str) -> str:
    value = claims.get(claim)
    if not isinstance(value, str) or not value:
        raise TokenInvalid(f"{claim} is missing")
    return value


def _whole(claims: Mapping[str, Any], claim: str) -> int:
    value = claims.get(claim)
    if type(value) is not int or not 0 <= value < 2**53:
        raise TokenInvalid(f"{claim} is not a whole number")
    return value


def _epoch(claims: Mapping[str, Any]) -> int:
    """Return the claim `ep`; refresh tokens leave out 0."""
    return _whole(claims, "ep") if "ep" in claims else 0


def _session_start(claims: Mapping[str, Any]) -> datetime | None:
    """Return the claim `session_start`, which tokens of a step-up have."""
    return _moment(claims, "session_start") if "session_start" in claims else None


def _methods(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the claim `amr`; refresh tokens leave out a password alone."""
    return _names(claims, "amr") if "amr" in claims else (PASSWORD,)


def _roles(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the claim `roles`; tokens of users without any leave it out."""
    return _names(claims, "roles") if "roles" in claims else ()


def _names(claims: Mapping[str, Any], claim: str) -> tuple[str, ...]:
    found = claims[claim]
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise TokenInvalid(f"{claim} is no list of names")
    return tuple(found)


def _assurance(claims: Mapping[str, Any]) -> str:
    return _text(claims, "acr") if "acr" in claims else AAL1


def _moment(claims: Mapping[str, Any], claim: str) -> datetime:
    value = claims.get(claim)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LATEST:
        raise TokenInvalid(f"{claim} is not a time")
    return datetime.fromtimestamp(value, UTC)
