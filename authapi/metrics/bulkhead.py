"""Counts what happens at the bulkhead around the password hashes."""

from __future__ import annotations

from collections.abc import Callable

from authapi.metrics.service import Metrics
from authapi.passwords.bulkhead import Change


def observer(metrics: Metrics) -> Callable[[Change], None]:
    """Return an observer that counts who waits, who works and who was refused."""
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
