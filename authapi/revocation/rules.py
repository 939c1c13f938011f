"""From where the revocations are read on."""

from collections.abc import Iterable
from datetime import datetime, timedelta

LOOKBACK = timedelta(seconds=10)
"""How far back each read begins before the newest entry that is known.

A write may become visible after a later one; it is over within the database's timeout."""


def next_start(newest: datetime | None, read: Iterable[datetime | None]) -> datetime | None:
    """Return from which moment the next read begins: a little before the newest entry known."""
    moments = [moment for moment in read if moment is not None]
    latest = max(moments, default=None)
    if latest is None:
        return newest
    start = latest - LOOKBACK
    return start if newest is None else max(newest, start)
