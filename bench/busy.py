"""The share of its cores that a server used: little if it waited for others."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from bench.processes import Server, ticks

T = TypeVar("T")
_TICKS_A_SECOND = 100


def during(server: Server, cores: int, work: Callable[[], T]) -> tuple[T, float]:
    """Call `work`; return its result, and the share of the cores that the server used meanwhile."""
    spent, began = _spent(server), time.monotonic()
    result = work()
    elapsed = time.monotonic() - began
    return result, (_spent(server) - spent) / _TICKS_A_SECOND / elapsed / cores


def _spent(server: Server) -> int:
    return sum(map(ticks, server.workers()))
