"""How a client behaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


def _nothing() -> None:
    """Whoever wants to be told says so."""


@dataclass(frozen=True)
class Options:
    """How a client behaves.

    Attributes:
        allow_insecure: send passwords and tokens over plain http to another computer.
        on_change: called after a login, a refresh, a logout; what it raises is logged.
        timeout: seconds to wait for each part of an answer.
        max_retry_after: the longest `Retry-After` that is waited for, in seconds.
        clock: tells the seconds since 1970.
        sleep: waits for so many seconds.
        async_sleep: lets others run for so many seconds.
    """

    allow_insecure: bool = False
    on_change: Callable[[], object] = _nothing
    timeout: float = 20.0
    max_retry_after: float = 5.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    async_sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
