"""Tries conditional writes again when another write came first."""

from collections.abc import Callable
from typing import TypeVar

from authapi.core.errors import busy

T = TypeVar("T")

TRIES = 5
"""How often a conditional write is tried, each time with what is stored by then."""


def retried(write: Callable[[], T | None]) -> T:
    """Call `write` until it does not return None, which means that another write came first.

    Raises:
        ApiError: `service_unavailable` when concurrent writes won every try.
    """
    for _ in range(TRIES):
        if (done := write()) is not None:
            return done
    raise busy()
