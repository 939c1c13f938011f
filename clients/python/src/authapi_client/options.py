"""The options of a client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


def _do_nothing() -> None:
    pass


@dataclass(frozen=True)
class Options:
    """The options of a client.

    Attributes:
        allow_insecure: send passwords and tokens over plain http to another computer.
        on_change: called after a login, a refresh, a logout; what it raises is logged.
        timeout: seconds to wait for each part of an answer.
        max_retry_after: the longest `Retry-After` after which a request is repeated, in seconds.
        clock: returns the seconds since 1970.
        sleep: blocks the thread for some seconds.
        async_sleep: the same for a task.
    """

    allow_insecure: bool = False
    on_change: Callable[[], object] = _do_nothing
    timeout: float = 20.0
    max_retry_after: float = 5.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    async_sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
