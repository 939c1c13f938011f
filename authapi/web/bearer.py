"""Bearer tokens (RFC 6750): `@token_required` protects a view, `current_identity` is its caller."""

from collections.abc import Callable, Collection
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast, overload

from flask import Flask, Request, current_app, request
from werkzeug.local import LocalProxy

from authapi.core.errors import ApiError, ErrorCode
from authapi.core.identity import Identity
from authapi.core.roles import problems
from authapi.web.errors import refusal

P = ParamSpec("P")
R = TypeVar("R")
EXTENSION = "authapi.verify_access"
_CALLER = "authapi.caller"
"""The key of the caller in a request's environment: right in whatever thread a view runs."""

_app = cast("LocalProxy[Flask]", current_app)
_request = cast("LocalProxy[Request]", request)
"""Proxies, to get the object behind them once: each attribute takes six times as long otherwise."""


AccessTokenVerifier = Callable[[str], Identity]
"""Returns who holds an access token, or raises `ApiError`."""


def init_app(app: Flask, verify: AccessTokenVerifier) -> None:
    """Let `verify` check the tokens of an app; give its templates `current_identity`."""
    app.extensions[EXTENSION] = verify
    app.context_processor(lambda: {"current_identity": current_identity})


@overload
def token_required(view: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def token_required(
    *, roles: str | Collection[str] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def token_required(
    view: Callable[..., Any] | None = None, /, *, roles: str | Collection[str] | None = None
) -> Callable[..., Any]:
    """Let only callers with a valid access token into `view` (RFC 6750, 2.1).

    The token is taken from the `Authorization` header alone, never from the address or the body.
    From then on `current_identity` is the caller, until the request ends. `view` may be `async`, a
    method of a class-based view, or a function for `before_request`.

    Args:
        view: the function to protect.
        roles: a role, or several of which the caller needs one. Two guards ask for both.

    Raises:
        Unauthorized: in the view, `missing_token`, `invalid_token` or `token_expired`, each a 401
            with `WWW-Authenticate`.
        Forbidden: in the view, `forbidden`, a 403, when the caller has none of the roles.
        RuntimeError: in the view, in an app without the service.
        ValueError: when it is applied, for `roles` that are empty or no user can have.
    """
    check = identify if roles is None else _role_check(roles)

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        return guarded(view, check)

    return guard if view is None else guard(view)


def _role_check(roles: str | Collection[str]) -> Callable[[], None]:
    wanted = frozenset([roles] if isinstance(roles, str) else roles)
    if wrong := problems(wanted) or ([] if wanted else ["No role is named."]):
        raise ValueError(f"roles={roles!r}: {' '.join(wrong)}")

    def check() -> None:
        identify()
        require_role(request.environ[_CALLER], wanted)

    return check


def require_role(identity: Identity, wanted: frozenset[str]) -> None:
    """Refuse a caller who has none of the roles `wanted`.

    Raises:
        ApiError: `forbidden`.
    """
    if wanted.isdisjoint(identity.roles):
        raise ApiError(ErrorCode.FORBIDDEN)


def token_optional(view: Callable[P, R]) -> Callable[P, R]:
    """Let callers with a valid access token into `view`, and callers without any.

    In the view `current_identity` is false when no bearer token came.

    Raises:
        Unauthorized: `invalid_token` or `token_expired`, when a bad one came.
        RuntimeError: in an app without the service.
    """
    return guarded(view, _identify_whoever_says)


def guarded(view: Callable[P, R], check: Callable[[], None]) -> Callable[P, R]:
    """Return `view`, which may be `async`, with a `check` before it that may raise `ApiError`.

    It is raised as werkzeug's exception, which Flask and its extensions know. Requests that Flask
    answers itself reach neither.
    """
    if iscoroutinefunction(view):

        @wraps(view)
        async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:  # noqa: ANN401 - the view's own
            if _is_automatic():
                return None
            try:
                check()
            except ApiError as error:
                raise refusal(error) from error
            return await view(*args, **kwargs)

        return cast(Callable[P, R], awaited)

    @wraps(view)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        if _is_automatic():
            return cast(R, None)
        try:
            check()
        except ApiError as error:
            raise refusal(error) from error
        return view(*args, **kwargs)

    return called


def _is_automatic() -> bool:
    """Whether Flask answers the request itself, by the methods of the route: no view sees it.

    A guard meets it in `before_request` only. A preflight is such a request, and browsers send it
    without a token (Fetch, 4.8): refused, it would keep every page out.
    """
    asked = _request._get_current_object()
    return asked.method == "OPTIONS" and bool(
        getattr(asked.url_rule, "provide_automatic_options", False)
    )


def identify() -> None:
    """Verify the current request's token, as `token_required` does."""
    environ = _request._get_current_object().environ
    environ[_CALLER] = _verifier()(bearer_token(environ.get("HTTP_AUTHORIZATION", "")))


def _identify_whoever_says() -> None:
    """Verify the current request's token, if it has one."""
    verify = _verifier()
    environ = request.environ
    try:
        token = bearer_token(environ.get("HTTP_AUTHORIZATION", ""))
    except ApiError:
        return
    environ[_CALLER] = verify(token)


def _verifier() -> AccessTokenVerifier:
    try:
        verify: AccessTokenVerifier = _app._get_current_object().extensions[EXTENSION]
    except KeyError:
        raise RuntimeError(
            "this app has no service to ask about tokens: make it with authapi.create_app(),"
            " or give it to authapi.init_app()"
        ) from None
    return verify


def bearer_token(header: str) -> str:
    """Take the token out of an `Authorization` header; the scheme's case does not matter.

    Raises:
        ApiError: `missing_token` when there is none, or another scheme.
    """
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise ApiError(ErrorCode.MISSING_TOKEN)
    return token.strip()


def _caller() -> Identity:
    try:
        caller: Identity = _request._get_current_object().environ[_CALLER]
    except (KeyError, RuntimeError):
        raise RuntimeError(
            "current_identity is known in a request with @token_required only"
        ) from None
    return caller


current_identity: Identity = cast(Identity, LocalProxy(_caller))
"""The caller of the current request."""
