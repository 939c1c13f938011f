"""How much of its cores a server used: whether it was slow itself, or waited for others."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from bench.processes import Server, ticks

T = TypeVar("T")
_TICKS_A_SECOND = 100


def during(server: Server, cores: int, work: Callable[[], T]) -> tuple[T, float]:
    """Do some work; return its result, and the part of so many cores that the server used."""
    spent, began = _spent(server), time.monotonic()
    result = work()
    elapsed = time.monotonic() - began
    return result, (_spent(server) - spent) / _TICKS_A_SECOND / elapsed / cores


def _spent(server: Server) -> int:
    return sum(map(ticks, server.workers()))
