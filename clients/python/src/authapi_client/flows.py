"""The client's logic without I/O (sans-I/O), so that both clients share it.

A flow is a generator, as the auth flows of httpx are. It yields a request and is sent the response,
or yields another step, such as a pause. `run` performs the steps of a flow and blocks the thread;
`run_async` awaits them.
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
    """Receive the body of a response."""

    response: httpx.Response

    def run(self) -> None:
        """Block until the body is there."""
        self.response.read()

    async def run_async(self) -> None:
        """Await the body."""
        await self.response.aread()


@dataclass(frozen=True)
class Pause:
    """Wait for some seconds."""

    seconds: float
    sleep: Callable[[float], object]
    async_sleep: Callable[[float], Awaitable[object]]

    def run(self) -> None:
        """Block the thread."""
        self.sleep(self.seconds)

    async def run_async(self) -> None:
        """Let other tasks run."""
        await self.async_sleep(self.seconds)


@dataclass(frozen=True)
class Acquire:
    """Acquire a lock, which the flow releases.

    Raises:
        StoreError: the store's lock failed.
    """

    lock: Lock

    def run(self) -> None:
        """Block until the lock is acquired."""
        self._acquire(blocking=True)

    async def run_async(self) -> None:
        """Poll the lock: a thread that blocked on it could not be cancelled with the task."""
        while not self._acquire(blocking=False):
            await asyncio.sleep(_POLL_SECONDS)

    def _acquire(self, *, blocking: bool) -> bool:
        try:
            return self.lock.acquire(blocking)
        except Exception as error:
            raise StoreError(str(error)) from error


Step = httpx.Request | Read | Pause | Acquire
Flow = Generator[Step, Any, T]


def run(flow: Flow[T], send: Callable[[httpx.Request], httpx.Response]) -> T:
    """Perform the steps of a flow, and return its result; `send` sends a request."""
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
    """Perform the steps of a flow in a task, and return its result."""
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
