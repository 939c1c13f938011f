"""A service of its own that believes access tokens by the public keys alone: Flask and PyJWT.

    pip install flask 'pyjwt[crypto]'
    AUTH_URL=https://auth.example flask --app resource_server run --port 9000

docs/resource-servers.md says what has to be checked, and what the keys alone cannot tell.
"""

from __future__ import annotations

import os
from typing import Any

import jwt
from flask import Flask, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

ISSUER = os.environ.get("JWT_ISSUER", "authapi")
AUDIENCE = os.environ.get("JWT_AUDIENCE", "authapi")
ALGORITHMS = ["EdDSA", "ES256", "RS256"]  # never HS256: the key is public
NEEDED = ["exp", "iat", "iss", "aud", "sub", "jti"]

app = Flask(__name__)
keys = jwt.PyJWKClient(
    f"{os.environ.get('AUTH_URL', 'http://127.0.0.1:8000')}/.well-known/jwks.json", lifespan=300
)


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


@app.before_request
def only_with_a_token() -> ResponseReturnValue | None:
    """Let only callers with a good access token pass."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return refused("missing_token", "Bearer")
    try:
        g.caller = verified(token.strip())
    except jwt.PyJWKClientConnectionError:
        return jsonify(status="error", code="service_unavailable", message="Try again."), 503
    except jwt.PyJWTError:
        return refused("invalid_token", 'Bearer error="invalid_token"')
    return None


def refused(code: str, challenge: str) -> Response:
    """Return a 401 with its challenge (RFC 6750, 3)."""
    answer = jsonify(status="error", code=code, message="An access token is needed.")
    answer.status_code = 401
    answer.headers["WWW-Authenticate"] = challenge
    return answer


@app.get("/orders")
def orders() -> dict[str, Any]:
    """Say whose orders these are: `uid` is the user's for good, `sub` the name."""
    return {"orders": [], "of": g.caller["uid"], "roles": g.caller.get("roles", [])}
