"""Slots that are handed out fairly between networks: whoever waits, waits behind its own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class FairSlots:
    """So many callers hold a slot at once; the networks that wait are served in turn.

    Each free slot goes to the network that was served longest ago, and there to who waits longest.
    So a caller waits for one slot from each other network at the most, however many callers those
    have waiting.

    Args:
        slots: how many may be held at once.
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
