"""A bulkhead around work that takes much processor time and memory (ASVS 15.1.3)."""

import os
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import TypeVar

from authapi.core.errors import busy
from authapi.core.forks import after_fork_in_child

T = TypeVar("T")
LARGEST_SHARE = 3
"""One network gets at most a third of slots and waiting places together."""

_NICENESS = 10


class Change(Enum):
    """What an observer of a bulkhead is called with."""

    ADMITTED = auto()
    LEFT = auto()
    REFUSED = auto()
    STARTED = auto()
    FINISHED = auto()


class Bulkhead:
    """Lets `slots` callers work at once and `queue_limit` more wait; refuses everybody else.

    A rush of logins then costs time, not memory. No network ever has more than a third of all
    places, and waiting networks are served in turn: one that floods the service delays itself.

    Args:
        slots: how many may work at once.
        queue_limit: how many more may wait.
    """

    def __init__(self, slots: int, queue_limit: int) -> None:
        self._slots = slots
        self._capacity = slots + queue_limit
        self._share = max(1, self._capacity // LARGEST_SHARE)
        self._observe: Callable[[Change], None] = lambda change: None
        self._begin()
        after_fork_in_child(self._begin)

    def observe_with(self, observe: Callable[[Change], None]) -> None:
        """Call `observe` for every change from now on; it must not block."""
        self._observe = observe

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._inside: Counter[str] = Counter()
        self._fair = FairSlots(self._slots)
        self._here = threading.local()
        self._workers = ThreadPoolExecutor(self._slots, "bulkhead", initializer=_step_back)

    def run(self, work: Callable[[], T]) -> T:
        """Wait for a slot, do `work`, and return what it returns.

        As many threads as there are slots do all work: an allocator keeps memory for each thread
        that ever worked, and so does not for every thread of the server.

        Outside of `admit` it counts for no network.

        Raises:
            ApiError: `service_unavailable` at once, when there is no room.
        """
        with self.admit(self._admitted or ""), self._fair.acquire(self._admitted or ""):
            return self._workers.submit(self._observed, work).result()

    @contextmanager
    def admit(self, network: str) -> Iterator[None]:
        """Reserve a place for the length of the `with` block; `run` uses it.

        The block is for what precedes the work, such as database operations: a rush is then refused
        before it costs anything, and never takes more threads than there are places.

        Another `admit` inside the block changes nothing.

        Args:
            network: the caller's, see `authapi.core.client.network`.

        Raises:
            ApiError: `service_unavailable` at once, when there is no room, or none for `network`.
        """
        if self._admitted is not None:
            yield
            return
        self._enter(network)
        self._here.network = network
        try:
            yield
        finally:
            self._here.network = None
            self._leave(network)

    @property
    def _admitted(self) -> str | None:
        """The network for which this thread was admitted."""
        network: str | None = getattr(self._here, "network", None)
        return network

    def _enter(self, network: str) -> None:
        with self._lock:
            is_room = self._inside.total() < self._capacity and self._inside[network] < self._share
            if is_room:
                self._inside[network] += 1
        if not is_room:
            self._observe(Change.REFUSED)
            raise busy()
        self._observe(Change.ADMITTED)

    def _leave(self, network: str) -> None:
        with self._lock:
            self._inside[network] -= 1
            if not self._inside[network]:
                del self._inside[network]
        self._observe(Change.LEFT)

    def _observed(self, work: Callable[[], T]) -> T:
        self._observe(Change.STARTED)
        try:
            return work()
        finally:
            self._observe(Change.FINISHED)


class FairSlots:
    """Slots for a number of callers; the networks that wait are served in turn.

    A free slot goes to the network that was served longest ago, and there to the caller that waits
    longest. So a caller waits for one slot of each other network at most, however many callers
    those have waiting.
    """

    def __init__(self, slots: int) -> None:
        self._lock = threading.Lock()
        self._free = slots
        self._queues: dict[str, deque[threading.Event]] = {}  # in the order they are served next

    @contextmanager
    def acquire(self, network: str) -> Iterator[None]:
        """Wait for a slot, and hold it for the length of the `with` block."""
        self._take(network)
        try:
            yield
        finally:
            self._pass_on()

    def waiting(self) -> int:
        """Return how many callers wait now."""
        with self._lock:
            return sum(map(len, self._queues.values()))

    def _take(self, network: str) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            given = threading.Event()
            self._queues.setdefault(network, deque()).append(given)
        given.wait()

    def _pass_on(self) -> None:
        with self._lock:
            if not self._queues:
                self._free += 1
                return
            network = next(iter(self._queues))
            queue = self._queues.pop(network)
            queue.popleft().set()
            if queue:
                self._queues[network] = queue  # behind all others


def _step_back() -> None:
    """Lower this thread's priority; on Linux each thread has its own niceness.

    Requests without a hash are slowed down less by a flood of logins then (bench/overload.py).
    """
    if sys.platform == "linux":
        with suppress(OSError):  # not permitted
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
