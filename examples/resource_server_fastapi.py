"""A resource server that verifies access tokens with the public keys: FastAPI and PyJWT.

    pip install fastapi uvicorn 'pyjwt[crypto]'
    AUTH_URL=https://auth.example uvicorn resource_server_fastapi:app --port 9000

docs/resource-servers.md says what has to be checked, and what the keys alone cannot tell.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

ISSUER = os.environ.get("JWT_ISSUER", "authapi")
AUDIENCE = os.environ.get("JWT_AUDIENCE", "authapi")
ALGORITHMS = ["EdDSA", "ES256", "RS256"]  # never HS256: the key is public
REQUIRED_CLAIMS = ["exp", "iat", "iss", "aud", "sub", "jti"]


class Keys(jwt.PyJWKClient):
    """The public keys of the service."""

    def get_signing_keys(self, refresh: bool = False) -> list[jwt.PyJWK]:
        """Return the keys; whatever comes in their place is no fault of the token."""
        try:
            return super().get_signing_keys(refresh)
        except Exception as error:
            raise jwt.PyJWKClientConnectionError("the keys could not be fetched") from error


keys = Keys(
    f"{os.environ.get('AUTH_URL', 'http://127.0.0.1:8000')}/.well-known/jwks.json",
    lifespan=300,  # seconds that the keys are kept
    cooldown_duration=float(os.environ.get("KEYS_COOLDOWN_SECONDS", "5")),  # for unknown kids
    timeout=5,
)
app = FastAPI()


class Refused(Exception):
    """The token is missing or invalid, or cannot be verified now."""

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
    """Return the claims of an access token.

    Raises:
        jwt.PyJWKClientConnectionError: the keys could not be fetched.
        jwt.PyJWTError: the token is invalid.
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
        options={"require": REQUIRED_CLAIMS},
    )
    return claims


def caller(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
) -> dict[str, Any]:
    """Return the claims of the caller's token; not `async`, since fetching the keys blocks."""
    if bearer is None:
        raise Refused(401, "missing_token", WWW_Authenticate="Bearer")
    try:
        return verified(bearer.credentials)
    except jwt.PyJWKClientConnectionError:
        raise Refused(503, "service_unavailable", Retry_After="2") from None
    except jwt.PyJWTError:
        challenge = 'Bearer error="invalid_token"'
        raise Refused(401, "invalid_token", WWW_Authenticate=challenge) from None


@app.get("/orders")
def orders(claims: Annotated[dict[str, Any], Depends(caller)]) -> dict[str, Any]:
    """Answer with the user's orders: `uid` is the permanent id, `sub` the name."""
    return {"orders": [], "of": claims["uid"], "roles": claims.get("roles", [])}
