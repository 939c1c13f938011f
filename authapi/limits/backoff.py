"""Who waits, and how long, once an account was guessed at too often: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from authapi.limits.rules import CLOCK_SKEW

FIRST_WAIT = timedelta(seconds=10)
"""How long strangers wait once an account was guessed at too often; then it doubles."""

FORGOTTEN_AFTER = timedelta(days=30)
"""When a streak of failures ends by itself: nobody gains by pausing, since 100 guesses in 30 days
are fewer than the one an hour that the backoff leaves."""

KNOWN_FOR = timedelta(days=400)
"""How long after the last login networks stay known: longer than a session lives by default."""

_NOTED_AGAIN_AFTER = timedelta(days=1)  # though it came from the same network as the last one


@dataclass(frozen=True, slots=True)
class Streak:
    """The failures in a row for one account, from wherever they came.

    Attributes:
        failures: how many they are.
        failed_at: when the last one was counted.
        known: fingerprints of the networks that logged in to the account, the latest first.
        kept_until: when all this is forgotten.
    """

    failures: int = 0
    failed_at: datetime | None = None
    known: tuple[str, ...] = ()
    kept_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class StreakUpdate:
    """One more failure in a row, as a conditional update: the database decides.

    Attributes:
        failures: how many they are then.
        seen: what the streak must still be; None means any of fewer than `below` failures.
        below: see `seen`.
    """

    failures: int
    seen: Streak | None
    below: int


@dataclass(frozen=True, slots=True)
class Backoff:
    """Slows down who guesses at one account from ever new networks (NIST SP 800-63B-4, 3.2.2).

    Attributes:
        threshold: the failures in a row from which on it is active.
        longest: no wait is longer than this.
    """

    threshold: int
    longest: timedelta

    def is_active(self, streak: Streak, now: datetime) -> bool:
        """Whether only known networks may try at once."""
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

    def free_at(self, streak: Streak, network: str, now: datetime) -> datetime | None:
        """Return when `network` may try, or None when it may now."""
        if streak.failed_at is None or not self.is_active(streak, now) or network in streak.known:
            return None
        free = streak.failed_at + self.wait(streak.failures)
        return free if streak.failed_at <= now + CLOCK_SKEW and free > now else None

    def after_failure(self, streak: Streak, network: str, now: datetime) -> StreakUpdate | None:
        """Return how a failure from `network` counts; None when it does not: a known network."""
        if streak.failed_at is not None and now - streak.failed_at >= FORGOTTEN_AFTER:
            return StreakUpdate(1, streak, self.threshold)  # the old streak is forgotten
        if streak.failures < self.threshold:
            return StreakUpdate(streak.failures + 1, None, self.threshold)
        if network in streak.known:
            return None
        return StreakUpdate(streak.failures + 1, streak, self.threshold)


def is_noted(streak: Streak, network: str, now: datetime) -> bool:
    """Whether a login from `network` is no news: the last one came from there, not long ago."""
    return (
        streak.known[:1] == (network,)
        and streak.kept_until is not None
        and streak.kept_until > now + KNOWN_FOR - _NOTED_AGAIN_AFTER
    )
