"""How often is too often, and for whom: pure decisions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import limits

HIGHEST_COUNT = 1000
"""Each hit in the window is kept, so that no window is ever too generous: a count has an end."""

LONGEST_WINDOW = timedelta(days=31)

CLOCK_SKEW = timedelta(minutes=1)
"""How far the clocks of two servers may differ. What was noted by a clock that went further wrong,
and was put right since, does not count: it would shut a door for as long as the clock was ahead."""

FIRST_WAIT = timedelta(seconds=10)
"""How long strangers wait once an account was guessed at too often; then it doubles."""

FORGOTTEN_AFTER = timedelta(days=30)
"""When a row of failures ends by itself: nobody gains by pausing, since 100 guesses in 30 days are
fewer than the one an hour that the brake leaves."""

KNOWN_FOR = timedelta(days=400)
"""How long after the last login places stay known: longer than a session lives by default."""

_NOTED_AGAIN_AFTER = timedelta(days=1)  # though it came from the same place as the last one

_UNITS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any stretch of time as long as `window`."""

    count: int
    window: timedelta

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read a rate as the `limits` library writes it: `10/5 minutes`, `300 per minute`.

        Raises:
            ValueError: saying what `text` must be.
        """
        try:
            items = limits.parse_many(text)
        except ValueError:
            raise ValueError("must be a rate such as 10/5 minutes or 300/minute") from None
        if len(items) != 1:
            raise ValueError("must be one rate, not several")
        count, seconds = items[0].amount, items[0].get_expiry()
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

    @property
    def item(self) -> limits.RateLimitItem:
        """The rate as the `limits` library's strategies take it."""
        return limits.RateLimitItemPerSecond(self.count, int(self.window.total_seconds()))

    @property
    def step(self) -> int:
        """How many hits are written at once where a write each would cost too much.

        The largest number up to a twentieth of `count` that divides it: so a window fills up to
        the last hit, and the oldest step that leaves it makes room for the next.
        """
        return next(
            size for size in range(max(1, self.count // 20), 0, -1) if self.count % size == 0
        )

    def free_at(self, hits: Sequence[datetime], now: datetime) -> datetime | None:
        """Return when there is room for one more hit, or None when there is now.

        Args:
            hits: the latest ones, the newest first.
            now: the present moment.
        """
        if len(hits) < self.count:
            return None
        decisive = hits[self.count - 1]
        if decisive > now + CLOCK_SKEW or decisive + self.window <= now:
            return None
        return decisive + self.window


@dataclass(frozen=True, slots=True)
class Streak:
    """The failures in a row for one account, from wherever they came.

    Attributes:
        failures: how many they are.
        failed_at: when the last one was counted.
        known: fingerprints of the places that logged in to the account, the latest first.
        kept_until: when all this is forgotten.
    """

    failures: int = 0
    failed_at: datetime | None = None
    known: tuple[str, ...] = ()
    kept_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One more failure in a row, on a condition that the database decides.

    Attributes:
        failures: how many they are then.
        seen: what the row must still be; None means any of fewer than `below` failures.
        below: see `seen`.
    """

    failures: int
    seen: Streak | None
    below: int


@dataclass(frozen=True, slots=True)
class Brake:
    """Slows down who guesses at one account from ever new addresses (NIST SP 800-63B-4, 3.2.2).

    Attributes:
        threshold: the failures in a row from which on it grips.
        longest: no wait is longer than this.
    """

    threshold: int
    longest: timedelta

    def grips(self, streak: Streak, now: datetime) -> bool:
        """Whether only known places may try at once."""
        return (
            streak.failures >= self.threshold
            and streak.failed_at is not None
            and now - streak.failed_at < FORGOTTEN_AFTER
        )

    def wait(self, failures: int) -> timedelta:
        """Return how long after the last of so many failures a stranger may try again.

        `FIRST_WAIT` at the threshold, and twice as long with every further failure.
        """
        doublings = min(failures - self.threshold, 20)
        return min(FIRST_WAIT * float(2**doublings), self.longest)

    def free_at(self, streak: Streak, place: str, now: datetime) -> datetime | None:
        """Return when `place` may try, or None when it may now."""
        if streak.failed_at is None or not self.grips(streak, now) or place in streak.known:
            return None
        free = streak.failed_at + self.wait(streak.failures)
        return free if streak.failed_at <= now + CLOCK_SKEW and free > now else None

    def claim(self, streak: Streak, place: str, now: datetime) -> Claim | None:
        """Return how an attempt from `place` counts; None when it does not: the row is full."""
        if streak.failed_at is not None and now - streak.failed_at >= FORGOTTEN_AFTER:
            return Claim(1, streak, self.threshold)  # the old row is forgotten
        if streak.failures < self.threshold:
            return Claim(streak.failures + 1, None, self.threshold)
        if place in streak.known:
            return None
        return Claim(streak.failures + 1, streak, self.threshold)


def is_noted(streak: Streak, place: str, now: datetime) -> bool:
    """Whether a login from `place` is no news: the last one came from there, not long ago."""
    return (
        streak.known[:1] == (place,)
        and streak.kept_until is not None
        and streak.kept_until > now + KNOWN_FOR - _NOTED_AGAIN_AFTER
    )


def whole_seconds(until: datetime, now: datetime) -> int:
    """Return the seconds from `now` to `until`, rounded up, at least 1, as `Retry-After` has it."""
    return max(1, math.ceil((until - now).total_seconds()))
