"""A lock for each key: one caller at a time, and a bounded number of others wait."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from authapi.core.errors import busy
from authapi.core.forks import after_fork_in_child


@dataclass(eq=False, slots=True)
class _Queue:
    """The callers at one key.

    Attributes:
        held: whether somebody holds the key.
        waiting: how many wait for it.
        failed: whether a holder met a failure that the waiting ones would meet, too.
    """

    held: bool = False
    waiting: int = 0
    failed: bool = False


class KeyedLock:
    """Lets one caller at a time hold a key; callers with different keys do not wait.

    Args:
        queue_limit: how many callers may wait for one key, so that one key never takes all threads.
        shared_failures: exceptions of a holder that end the wait of all others: each would meet it
            as well, after the same timeout, one after the other.
    """

    def __init__(self, queue_limit: int, shared_failures: tuple[type[Exception], ...] = ()) -> None:
        self._queue_limit = queue_limit
        self._shared_failures = shared_failures
        self._begin()
        after_fork_in_child(self._begin)

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._queues: dict[str, _Queue] = {}

    def waiting(self, key: str) -> int:
        """Return how many callers wait for `key` now."""
        with self._changed:
            queue = self._queues.get(key)
            return queue.waiting if queue else 0

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Wait until nobody else holds `key`, and hold it for the length of the `with` block.

        Raises:
            ApiError: `service_unavailable`, at once when too many wait for it, or when the holder
                met a shared failure.
        """
        queue = self._enter(key)
        try:
            yield
        except self._shared_failures:
            queue.failed = True
            raise
        finally:
            self._leave(key, queue)

    def _enter(self, key: str) -> _Queue:
        with self._changed:
            queue = self._queues.setdefault(key, _Queue())
            if queue.held:
                self._wait(queue)
            queue.held = True
            return queue

    def _wait(self, queue: _Queue) -> None:
        if queue.waiting >= self._queue_limit:
            raise busy()
        queue.waiting += 1
        try:
            self._changed.wait_for(lambda: queue.failed or not queue.held)
        finally:
            queue.waiting -= 1
        if queue.failed:
            raise busy()

    def _leave(self, key: str, queue: _Queue) -> None:
        with self._changed:
            queue.held = False
            if queue.failed or not queue.waiting:
                self._queues.pop(key, None)  # callers from now on begin another queue
            self._changed.notify_all()
