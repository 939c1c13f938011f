"""Conditional writes that somebody else's write may come before."""

from collections.abc import Callable
from typing import TypeVar

from authapi.core.errors import busy

T = TypeVar("T")

TRIES = 5
"""How often such a write is tried again, with what is stored by then."""


def retried(write: Callable[[], T | None]) -> T:
    """Return what `write` returns, again while it returns None: somebody else's write came before.

    Raises:
        ApiError: `service_unavailable` when others were first again and again.
    """
    for _ in range(TRIES):
        if (done := write()) is not None:
            return done
    raise busy()
