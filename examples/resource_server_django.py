"""A resource server that verifies access tokens with the public keys: Django and PyJWT.

    pip install django 'pyjwt[crypto]'
    AUTH_URL=https://auth.example python resource_server_django.py runserver 9000

docs/resource-servers.md says what has to be checked, and what the keys alone cannot tell.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from typing import Any

import jwt
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

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


def require_access_token(
    view: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse requests without a valid access token: a middleware, so that no view is left out."""

    def guarded(request: HttpRequest) -> HttpResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return refused(401, "missing_token", {"WWW-Authenticate": "Bearer"})
        try:
            request.caller = verified(token.strip())
        except jwt.PyJWKClientConnectionError:
            return refused(503, "service_unavailable", {"Retry-After": "2"})
        except jwt.PyJWTError:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return refused(401, "invalid_token", challenge)
        return view(request)

    return guarded


def refused(status: int, code: str, headers: dict[str, str]) -> HttpResponse:
    """Return a refusal, with its challenge (RFC 6750, 3)."""
    body = {"status": "error", "code": code, "message": "An access token is needed."}
    return JsonResponse(body, status=status, headers=headers)


def orders(request: HttpRequest) -> HttpResponse:
    """Answer with the user's orders: `uid` is the permanent id, `sub` the name."""
    caller = request.caller
    return JsonResponse({"orders": [], "of": caller["uid"], "roles": caller.get("roles", [])})


urlpatterns = [path("orders", orders)]

if __name__ == "__main__":
    settings.configure(
        SECRET_KEY=secrets.token_urlsafe(),
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[f"{__name__}.require_access_token"],
    )
    execute_from_command_line(sys.argv)
