"""The bulkhead around the password hashes, counted."""

from __future__ import annotations

from collections.abc import Callable

from authapi.metrics.service import Metrics
from authapi.passwords.bulkhead import Change


def observer(metrics: Metrics) -> Callable[[Change], None]:
    """Return what tells `metrics` who is inside, who works, and how many were refused."""
    counts = {
        Change.ADMITTED: metrics.hashing_callers.inc,
        Change.LEFT: metrics.hashing_callers.dec,
        Change.REFUSED: metrics.hash_refusals.inc,
        Change.STARTED: metrics.hashes.inc,
        Change.FINISHED: metrics.hashes.dec,
    }

    def observe(change: Change) -> None:
        counts[change]()

    return observe
