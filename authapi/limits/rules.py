"""How often is too often: pure decisions about rates."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from authapi.core.clock import MAX_CLOCK_SKEW

HIGHEST_COUNT = 1000
"""A window keeps each of its hits, which makes it exact; so a count must be bounded."""

LONGEST_WINDOW = timedelta(days=31)

_UNITS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}
_RATE = re.compile(
    r"\s*(?P<count>\d{1,9})\s*(?:/|per\b)\s*(?P<number>\d{1,9})?\s*(?P<unit>day|hour|minute|second)s?\s*",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any stretch of time as long as `window`."""

    count: int
    window: timedelta

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read a rate: `10/5 minutes`, `300/minute`, `300 per minute`.

        Raises:
            ValueError: saying what `text` must be.
        """
        found = _RATE.fullmatch(text)
        if found is None:
            raise ValueError("must be a rate such as 10/5 minutes or 300/minute")
        count = int(found["count"])
        seconds = int(found["number"] or 1) * _UNITS[found["unit"].lower()]
        if not 1 <= count <= HIGHEST_COUNT:
            raise ValueError(f"must allow between 1 and {HIGHEST_COUNT}")
        if not 1 <= seconds <= LONGEST_WINDOW.total_seconds():
            raise ValueError(f"must be about at most {LONGEST_WINDOW.days} days")
        return cls(count, timedelta(seconds=seconds))

    def __str__(self) -> str:
        seconds = int(self.window.total_seconds())
        unit = next(unit for unit, length in _UNITS.items() if seconds % length == 0)
        number = seconds // _UNITS[unit]
        return f"{self.count}/{unit}" if number == 1 else f"{self.count}/{number} {unit}s"

    def free_at(self, hits: Sequence[datetime], now: datetime) -> datetime | None:
        """Return when there is room for one more hit, or None when there is now.

        Hits more than `MAX_CLOCK_SKEW` in the future do not count: a clock that was ahead, and was
        put right, noted them.

        Args:
            hits: the latest ones, the newest first.
            now: the present moment.
        """
        if len(hits) < self.count:
            return None
        decisive = hits[self.count - 1]
        if decisive > now + MAX_CLOCK_SKEW or decisive + self.window <= now:
            return None
        return decisive + self.window


def whole_seconds(until: datetime, now: datetime) -> int:
    """Return the seconds from `now` to `until`, rounded up, at least 1, as `Retry-After` has it."""
    return max(1, math.ceil((until - now).total_seconds()))
