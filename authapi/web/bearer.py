"""Bearer tokens (RFC 6750): `@token_required` protects a view, `current_identity` is its caller."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar, cast

from flask import current_app, request
from werkzeug.local import LocalProxy

from authapi.core.errors import ApiError, ErrorCode
from authapi.core.identity import Identity

P = ParamSpec("P")
R = TypeVar("R")
EXTENSION = "authapi.verify_access"
_caller: ContextVar[Identity] = ContextVar("authapi.caller")


class AccessTokenVerifier(Protocol):
    """Says who holds an access token, or raises `ApiError`."""

    def __call__(self, token: str, /) -> Identity:
        """Return the holder's identity."""
        ...


def token_required(view: Callable[P, R]) -> Callable[P, R]:
    """Let only callers with a valid access token into `view` (RFC 6750, 2.1).

    The token is taken from the `Authorization` header alone, never from the address or the body.
    Inside the view, `current_identity` is the caller.

    Raises:
        ApiError: `missing_token`, `invalid_token` or `token_expired`, each a 401 with
            `WWW-Authenticate`.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        token = bearer_token(request.environ.get("HTTP_AUTHORIZATION", ""))
        verify: AccessTokenVerifier = current_app.extensions[EXTENSION]
        mark = _caller.set(verify(token))
        try:
            return view(*args, **kwargs)
        finally:
            _caller.reset(mark)  # the next request of this thread has another caller

    return guarded


def bearer_token(header: str) -> str:
    """Take the token out of an `Authorization` header; the scheme's case does not matter.

    Raises:
        ApiError: `missing_token` when there is none, or another scheme.
    """
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise ApiError(ErrorCode.MISSING_TOKEN)
    return token.strip()


current_identity: Identity = cast(
    Identity,
    LocalProxy(
        _caller,
        unbound_message="current_identity is known inside a view with @token_required only",
    ),
)
"""The caller of the current request."""
