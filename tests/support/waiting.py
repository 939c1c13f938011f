"""Waiting for something to become true, with an end to it: the only place that sleeps."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE = 120.0
"""Seconds after which what was waited for is not coming any more, on the slowest machine."""

_STEP = 0.02


def until(
    condition: Callable[[], T | None],
    what: str = "",
    *,
    seconds: float = DEADLINE,
    instead: Callable[[], object] | None = None,
) -> T:
    """Return the first true value of `condition`, asking again and again.

    Args:
        condition: what is asked.
        what: what is waited for, in words.
        seconds: how long.
        instead: says what was there instead, for the failure's message.

    Raises:
        AssertionError: when it stays false for `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(_STEP)
    seen = f", saw {instead()!r}" if instead else ""
    raise AssertionError(f"not within {seconds:g} s: {what or condition}{seen}")
