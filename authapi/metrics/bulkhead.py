"""The waiting room in front of the password hashes, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from authapi.core.errors import ApiError
from authapi.metrics.service import Metrics
from authapi.passwords.bulkhead import Bulkhead

T = TypeVar("T")


class CountedBulkhead(Bulkhead):
    """Tells `metrics` who sits, who works, and how many were turned away."""

    def __init__(self, slots: int, seats: int, metrics: Metrics) -> None:
        super().__init__(slots, seats)
        self._metrics = metrics

    def do(self, work: Callable[[], T]) -> T:
        """Do `work` in its turn, as `Bulkhead` does."""

        def counted() -> T:
            with self._metrics.hashes.track_inprogress():
                return work()

        return super().do(counted)

    @contextmanager
    def _entered(self) -> Iterator[None]:
        inside = False
        try:
            with super()._entered(), self._metrics.hash_seats.track_inprogress():
                inside = True
                yield
        except ApiError:
            if not inside:
                self._metrics.hash_refusals.inc()
            raise
