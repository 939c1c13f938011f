"""Many who do one thing at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.support.waiting import DEADLINE

T = TypeVar("T")


def at_once(deeds: Sequence[Callable[[], T]]) -> list[T]:
    """Do every deed in a thread of its own, all from one starting shot; return what they return."""
    ready = threading.Barrier(len(deeds))

    def run(deed: Callable[[], T]) -> T:
        ready.wait(timeout=DEADLINE)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))
