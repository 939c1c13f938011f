"""A service of its own that believes access tokens by the public keys alone: FastAPI and PyJWT.

    pip install fastapi uvicorn 'pyjwt[crypto]'
    AUTH_URL=https://auth.example uvicorn resource_server_fastapi:app --port 9000

docs/resource-servers.md says what has to be checked, and what the keys alone cannot tell.
"""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ISSUER = os.environ.get("JWT_ISSUER", "authapi")
AUDIENCE = os.environ.get("JWT_AUDIENCE", "authapi")
ALGORITHMS = ["EdDSA", "ES256", "RS256"]  # never HS256: the key is public
NEEDED = ["exp", "iat", "iss", "aud", "sub", "jti"]

keys = jwt.PyJWKClient(
    f"{os.environ.get('AUTH_URL', 'http://127.0.0.1:8000')}/.well-known/jwks.json",
    lifespan=300,  # seconds that the keys are kept
    cooldown_duration=float(os.environ.get("KEYS_COOLDOWN_SECONDS", "5")),  # for unknown kids
    timeout=5,
)
app = FastAPI()


class Refused(Exception):
    """The caller is not let in, or cannot be judged now."""

    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(code)
        self.answer = JSONResponse(
            {"status": "error", "code": code, "message": "An access token is needed."},
            status,
            {name.replace("_", "-"): value for name, value in headers.items()},
        )


@app.exception_handler(Refused)
def refuse(_request: Request, refused: Refused) -> JSONResponse:
    """Answer with the challenge (RFC 6750, 3)."""
    return refused.answer


def verified(token: str) -> dict[str, Any]:
    """Return what an access token says.

    Raises:
        jwt.PyJWTError: when it is not to be believed.
    """
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("not an access token")  # RFC 9068, 4
    claims: dict[str, Any] = jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=ALGORITHMS,
        issuer=ISSUER,
        audience=AUDIENCE,
        leeway=60,  # seconds by which clocks may differ
        options={"require": NEEDED},
    )
    return claims


def caller(
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> dict[str, Any]:
    """Return what the caller's token says; not `async`, since the keys may have to be fetched."""
    if shown is None:
        raise Refused(401, "missing_token", WWW_Authenticate="Bearer")
    try:
        return verified(shown.credentials)
    except (jwt.PyJWKClientConnectionError, json.JSONDecodeError):  # no keys: nobody's fault
        raise Refused(503, "service_unavailable", Retry_After="2") from None
    except jwt.PyJWTError:
        challenge = 'Bearer error="invalid_token"'
        raise Refused(401, "invalid_token", WWW_Authenticate=challenge) from None


@app.get("/orders")
def orders(claims: Annotated[dict[str, Any], Depends(caller)]) -> dict[str, Any]:
    """Say whose orders these are: `uid` is the user's for good, `sub` the name."""
    return {"orders": [], "of": claims["uid"], "roles": claims.get("roles", [])}
