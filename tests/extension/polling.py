"""Waiting for what others do: the only place here that sleeps, and never beyond a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE = 20.0
STEP = 0.02


def until(
    look: Callable[[], T | None], wanted: str, instead: Callable[[], object] | None = None
) -> T:
    """Return what `look` finds as soon as it finds anything; fail when it never does."""
    end = time.monotonic() + DEADLINE
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            seen = f", saw {instead()!r}" if instead else ""
            raise AssertionError(f"waited {DEADLINE:g} s in vain for {wanted}{seen}")
        time.sleep(STEP)
