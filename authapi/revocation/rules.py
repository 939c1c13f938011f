"""From which moment the next read of the revocations begins."""

from collections.abc import Iterable
from datetime import datetime, timedelta

LOOKBACK = timedelta(seconds=10)
"""How long before the newest known entry each read begins.

A write may become visible after a later one, but no later than the database's timeout."""


def next_start(newest: datetime | None, read: Iterable[datetime | None]) -> datetime | None:
    """Return the moment at which the next read begins, by the newest entry that is known."""
    moments = [moment for moment in read if moment is not None]
    latest = max(moments, default=None)
    if latest is None:
        return newest
    start = latest - LOOKBACK
    return start if newest is None else max(newest, start)
