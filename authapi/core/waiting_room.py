"""A waiting room in front of work that eats processor time and memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from authapi.core.errors import ApiError, ErrorCode

RETRY_AFTER_SECONDS = 1


class WaitingRoom:
    """Lets `slots` callers work at once and `seats` more wait; turns everybody else away.

    A rush of logins then costs time, not memory (ASVS 15.1.3).
    """

    def __init__(self, slots: int, seats: int) -> None:
        self._working = threading.BoundedSemaphore(slots)
        self._inside = threading.BoundedSemaphore(slots + seats)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a slot and hold it for the length of the `with` block.

        Raises:
            ApiError: `service_unavailable` at once, when every seat is taken.
        """
        if not self._inside.acquire(blocking=False):
            raise ApiError(ErrorCode.SERVICE_UNAVAILABLE, retry_after=RETRY_AFTER_SECONDS)
        try:
            with self._working:
                yield
        finally:
            self._inside.release()
