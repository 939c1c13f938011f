"""Step-up (RFC 9470): guards for views that require a recent login."""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from flask import current_app

from authapi.core.errors import ApiError
from authapi.core.identity import Identity
from authapi.web.bearer import current_identity, guarded, identify
from authapi.web.errors import refusal

P = ParamSpec("P")
R = TypeVar("R")
_SECOND, _YEAR = 1 / 60, 60 * 24 * 366
EXTENSION = "authapi.require_recent_login"


class RecentLoginCheck(Protocol):
    """Refuses a caller without a recent login, by raising `ApiError`."""

    def __call__(
        self, identity: Identity, minutes: float | None = None, *, second_factor: bool = False
    ) -> None:
        """Raise `ApiError`, or return."""
        ...


def recent_login_required(
    *, minutes: float | None = None, second_factor: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only callers with a recent login into a view (RFC 9470; ASVS 7.5.3).

    It checks the access token as well, with or without `@token_required` above it.

    Args:
        minutes: how old the login may be; by default `RECENT_LOGIN_MINUTES`.
        second_factor: whether it must have been by two factors.

    Raises:
        ValueError: when it is applied, unless `minutes` is between a second and a year.
        Unauthorized: in the view, `insufficient_user_authentication`, a 401 whose
            `WWW-Authenticate` says what is asked for; or as `@token_required`.
    """
    _check(minutes)

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        def check() -> None:
            identify()
            require_recent_login(minutes=minutes, second_factor=second_factor)

        return guarded(view, check)

    return guard


def require_recent_login(*, minutes: float | None = None, second_factor: bool = False) -> None:
    """Refuse a caller without a recent login, inside a view with `@token_required`.

    For views where only some requests require it.

    Args:
        minutes: as for `recent_login_required`.
        second_factor: as for `recent_login_required`.

    Raises:
        ValueError: as for `recent_login_required`.
        Unauthorized: `insufficient_user_authentication`.
    """
    _check(minutes)
    require: RecentLoginCheck = current_app.extensions[EXTENSION]
    try:
        require(current_identity, minutes, second_factor=second_factor)
    except ApiError as error:
        raise refusal(error) from error


def _check(minutes: float | None) -> None:
    """Refuse an age that is no number, or that no login can have."""
    if minutes is not None and not _SECOND <= minutes <= _YEAR:
        raise ValueError("minutes must be above 0: a second to a year")
