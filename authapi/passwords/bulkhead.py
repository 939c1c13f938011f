"""A waiting room in front of work that eats processor time and memory."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from typing import TypeVar

from authapi.core.errors import ApiError, ErrorCode
from authapi.core.forks import after_fork_in_child

T = TypeVar("T")
RETRY_AFTER_SECONDS = 1
_NICENESS = 10


class Bulkhead:
    """Lets `slots` callers work at once and `seats` more wait; turns everybody else away.

    A rush of logins then costs time, not memory (ASVS 15.1.3).
    """

    def __init__(self, slots: int, seats: int) -> None:
        self._slots = slots
        self._seats = seats
        self._open()
        after_fork_in_child(self._open)

    def _open(self) -> None:
        self._working = threading.BoundedSemaphore(self._slots)
        self._inside = threading.BoundedSemaphore(self._slots + self._seats)
        self._here = threading.local()
        self._workers = ThreadPoolExecutor(self._slots, "waiting-room", initializer=_step_back)

    def do(self, work: Callable[[], T]) -> T:
        """Wait for a slot, do `work`, and return what it returns.

        It is done by as many threads as there are slots, whoever asks: memory that an allocator
        keeps for each thread is then kept for these alone, not for every thread of the server.

        Raises:
            ApiError: `service_unavailable` at once, when every seat is taken.
        """
        with self.turn():
            return self._workers.submit(work).result()

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Keep a seat for the length of the `with` block; turns within it need no other.

        For what leads up to the work, such as questions to the database: a rush is then turned
        away before it costs anything, and never takes more threads than there are seats.

        Within it another one costs nothing.

        Raises:
            ApiError: `service_unavailable` at once, when every seat is taken.
        """
        if getattr(self._here, "seated", False):
            yield
            return
        with self._entered():
            self._here.seated = True
            try:
                yield
            finally:
                self._here.seated = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a slot and hold it for the length of the `with` block.

        Raises:
            ApiError: `service_unavailable` at once, when every seat is taken.
        """
        seated = getattr(self._here, "seated", False)
        with nullcontext() if seated else self._entered(), self._working:
            yield

    @contextmanager
    def _entered(self) -> Iterator[None]:
        if not self._inside.acquire(blocking=False):
            raise ApiError(ErrorCode.SERVICE_UNAVAILABLE, retry_after=RETRY_AFTER_SECONDS)
        try:
            yield
        finally:
            self._inside.release()


def _step_back() -> None:
    """Let the threads that answer requests go first: on Linux each thread has its own niceness.

    Requests that hash nothing keep more of their speed in a flood of logins (bench/overload.py).
    """
    if sys.platform == "linux":
        with suppress(OSError):  # not allowed here: then they do not step back
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
