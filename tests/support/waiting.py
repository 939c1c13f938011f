"""Waiting for something to become true, with an end to it: the only place that sleeps."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE = 300.0
"""Seconds after which what was waited for is not coming any more, on the slowest machine."""
LONGEST = 4 * DEADLINE
"""The same for what installs, builds or checks something whole."""

_OFTEN, _SELDOM = 0.02, 0.25
"""Seconds between two looks: a quarter of what was waited so far, as each costs processor time."""


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
    began = time.monotonic()
    while True:
        waited = time.monotonic() - began  # before the look: the last one is after the end
        if value := condition():
            return value
        if waited >= seconds:
            break
        time.sleep(min(max(waited / 4, _OFTEN), _SELDOM))
    seen = f", saw {instead()!r}" if instead else ""
    raise AssertionError(f"not within {seconds:g} s: {what or condition}{seen}")
