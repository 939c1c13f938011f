"""Step-up (RFC 9470): what asks for more than a token, because it is hard to undo."""

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
    """Lets a caller pass who has proved lately who they are, or raises `ApiError`."""

    def __call__(
        self, identity: Identity, minutes: float | None = None, *, second_factor: bool = False
    ) -> None:
        """Let pass, or raise."""
        ...


def recent_login_required(
    *, minutes: float | None = None, second_factor: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only callers into a view who have proved lately who they are (RFC 9470; ASVS 7.5.3).

    It asks for the access token, too: with or without `@token_required` above it.

    Args:
        minutes: how old the proof may be; `RECENT_LOGIN_MINUTES` when not given.
        second_factor: whether it must have been one of two factors.

    Raises:
        ValueError: at once, when `minutes` is not a second to a year.
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
    """Do the same inside a view with `@token_required`, for what only some requests ask for.

    Args:
        minutes: as above.
        second_factor: as above.

    Raises:
        ValueError: as above.
        Unauthorized: `insufficient_user_authentication`.
    """
    _check(minutes)
    require: RecentLoginCheck = current_app.extensions[EXTENSION]
    try:
        require(current_identity, minutes, second_factor=second_factor)
    except ApiError as error:
        raise refusal(error) from error


def _check(minutes: float | None) -> None:
    """Refuse an age that no login can have, and one that is none."""
    if minutes is not None and not _SECOND <= minutes <= _YEAR:
        raise ValueError("minutes must be above 0: a second to a year")
