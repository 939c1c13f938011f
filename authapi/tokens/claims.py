"""Makes the claims of tokens; `rules` reads them."""

import secrets
from datetime import datetime
from typing import Any

from authapi.core.identity import AAL1, PASSWORD
from authapi.tokens.models import FreshProof, RefreshClaims
from authapi.tokens.settings import TokenSettings


def access_claims(
    session: RefreshClaims, proof: FreshProof | None, now: datetime, settings: TokenSettings
) -> dict[str, Any]:
    """Return the service's own claims of a new access token (RFC 9068, 2.2).

    Args:
        session: the session.
        proof: a later proof than that of the login, if there is one.
        now: the present moment.
        settings: names and lifetimes.
    """
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "sub": session.sub,
        "uid": session.uid,
        "sid": session.sid,
        "iat": issued,
        "exp": issued + int(settings.access_token_lifetime.total_seconds()),
        "jti": secrets.token_urlsafe(12),
        "ep": session.epoch,
        "auth_time": int(session.auth_time.timestamp()),
        "amr": list(session.methods),
        "acr": session.assurance,
    }
    if session.roles.names:
        claims["roles"] = list(session.roles.names)
    if proof is not None:
        claims |= {
            "session_start": claims["auth_time"],
            "auth_time": issued,
            "amr": list(proof.methods),
            "acr": proof.assurance,
        }
    return claims


def refresh_body(claims: RefreshClaims, issuer: str) -> dict[str, Any]:
    """Return the payload of a refresh token; equal claims give the same token.

    Claims with their usual value are left out: each character costs time at each refresh.
    """
    times = {name: int(getattr(claims, name).timestamp()) for name in ("auth_time", "iat", "exp")}
    body = {
        "iss": issuer,
        "sub": claims.sub,
        "uid": claims.uid,
        "sid": claims.sid,
        "gen": claims.gen,
        **times,
    }
    if claims.epoch:
        body["ep"] = claims.epoch
    if claims.methods != (PASSWORD,):
        body["amr"] = list(claims.methods)
    if claims.assurance != AAL1:
        body["acr"] = claims.assurance
    if claims.roles.names:
        body["roles"] = list(claims.roles.names)
    if claims.roles.version:
        body["rv"] = claims.roles.version
    return body
