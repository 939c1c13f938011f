"""Waits until a condition is true, with a deadline; the only place that sleeps."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE = 300.0
"""Seconds after which a condition will not become true any more, even on the slowest machine."""
LONGEST = 4 * DEADLINE
"""The same for installations and builds."""

_OFTEN, _SELDOM = 0.02, 0.25
"""The bounds of the pause between two checks, in seconds: a quarter of the time waited so far."""


def until(
    condition: Callable[[], T | None],
    what: str = "",
    *,
    seconds: float = DEADLINE,
    instead: Callable[[], object] | None = None,
) -> T:
    """Call `condition` until it is true, and return its value.

    Args:
        condition: what to wait for.
        what: a name of it, for the failure's message.
        seconds: how long to wait.
        instead: returns what is there instead, for the failure's message.

    Raises:
        AssertionError: when it stays false for `seconds`.
    """
    began = time.monotonic()
    while True:
        waited = time.monotonic() - began  # measured first, so that the last check is after the end
        if value := condition():
            return value
        if waited >= seconds:
            break
        time.sleep(min(max(waited / 4, _OFTEN), _SELDOM))
    seen = f", saw {instead()!r}" if instead else ""
    raise AssertionError(f"not within {seconds:g} s: {what or condition}{seen}")
