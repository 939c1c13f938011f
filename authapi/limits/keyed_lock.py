"""One at a time, for each of many things."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from authapi.core.errors import ApiError, ErrorCode
from authapi.core.forks import after_fork_in_child

RETRY_AFTER_SECONDS = 1


class KeyedLock:
    """Lets one caller at a time do something about one thing; different things do not wait.

    Args:
        seats: how many callers may wait for one thing, so that none of them fills the house.
    """

    def __init__(self, seats: int) -> None:
        self._seats = seats
        self._begin()
        after_fork_in_child(self._begin)

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._busy: set[str] = set()
        self.waiting: Counter[str] = Counter()  # how many wait for each thing now

    @contextmanager
    def of(self, thing: str) -> Iterator[None]:
        """Wait until nobody else is at `thing`, and keep it for the length of the `with` block.

        Raises:
            ApiError: `service_unavailable` at once, when too many wait for it.
        """
        with self._changed:
            if thing in self._busy:
                self._wait_for(thing)
            self._busy.add(thing)
        try:
            yield
        finally:
            with self._changed:
                self._busy.discard(thing)
                self._changed.notify_all()

    def _wait_for(self, thing: str) -> None:
        if self.waiting[thing] >= self._seats:
            raise ApiError(ErrorCode.SERVICE_UNAVAILABLE, retry_after=RETRY_AFTER_SECONDS)
        self.waiting[thing] += 1
        try:
            self._changed.wait_for(lambda: thing not in self._busy)
        finally:
            self.waiting[thing] -= 1
            if not self.waiting[thing]:
                del self.waiting[thing]
