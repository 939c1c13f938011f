"""What the client does, apart from how it waits: each story is told once, for threads and tasks.

A flow is a generator, as httpx's own auth flows are. It yields a request and is sent the response,
or yields something else to wait for. `run` waits as threads do, `run_async` as tasks do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import httpx

from authapi_client.errors import StoreError
from authapi_client.stores import Lock

T = TypeVar("T")
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Read:
    """Read the body of a response."""

    response: httpx.Response

    def run(self) -> None:
        """Read it."""
        self.response.read()

    async def run_async(self) -> None:
        """Read it."""
        await self.response.aread()


@dataclass(frozen=True)
class Pause:
    """Wait for so many seconds."""

    seconds: float
    sleep: Callable[[float], object]
    async_sleep: Callable[[float], Awaitable[object]]

    def run(self) -> None:
        """Stop the thread."""
        self.sleep(self.seconds)

    async def run_async(self) -> None:
        """Let other tasks run."""
        await self.async_sleep(self.seconds)


@dataclass(frozen=True)
class Acquire:
    """Take a lock, which the flow releases by itself.

    Raises:
        StoreError: there can be no such lock.
    """

    lock: Lock

    def run(self) -> None:
        """Stop the thread until it is there."""
        self._take(blocking=True)

    async def run_async(self) -> None:
        """Ask again and again: one that waits in a thread cannot be cancelled."""
        while not self._take(blocking=False):
            await asyncio.sleep(_POLL_SECONDS)

    def _take(self, *, blocking: bool) -> bool:
        try:
            return self.lock.acquire(blocking)
        except Exception as error:
            raise StoreError(str(error)) from error


Step = httpx.Request | Read | Pause | Acquire
Flow = Generator[Step, Any, T]


def run(flow: Flow[T], send: Callable[[httpx.Request], httpx.Response]) -> T:
    """Go through a flow to its end, and return what it returns."""
    resume: Callable[[], Step] = partial(next, flow)
    while True:
        try:
            step = resume()
        except StopIteration as end:
            result: T = end.value
            return result
        try:
            answer = None
            if isinstance(step, httpx.Request):
                answer = send(step)
            else:
                step.run()
        except BaseException as error:
            resume = partial(flow.throw, error)
        else:
            resume = partial(flow.send, answer)


async def run_async(flow: Flow[T], send: Callable[[httpx.Request], Awaitable[httpx.Response]]) -> T:
    """Do the same in a task."""
    resume: Callable[[], Step] = partial(next, flow)
    while True:
        try:
            step = resume()
        except StopIteration as end:
            result: T = end.value
            return result
        try:
            answer = None
            if isinstance(step, httpx.Request):
                answer = await send(step)
            else:
                await step.run_async()
        except BaseException as error:
            resume = partial(flow.throw, error)
        else:
            resume = partial(flow.send, answer)
