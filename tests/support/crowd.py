"""Runs functions at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.support.waiting import DEADLINE

T = TypeVar("T")


def at_once(functions: Sequence[Callable[[], T]]) -> list[T]:
    """Call each function in a thread of its own, all at the same moment; return their results."""
    ready = threading.Barrier(len(functions))

    def run(function: Callable[[], T]) -> T:
        ready.wait(timeout=DEADLINE)
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))
