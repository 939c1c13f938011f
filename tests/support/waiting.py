"""Waiting for something to become true, with an end to it."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T], *, seconds: float = 20.0, what: str = "") -> T:
    """Return the first true value of `condition`, asking again and again.

    Raises:
        AssertionError: when it stays false for `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)  # the one place that waits
    raise AssertionError(f"not within {seconds} s: {what or condition}")
