"""Who waits, and how long, once an account was guessed at too often: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from authapi.core.clock import MAX_CLOCK_SKEW
from authapi.limits.streaks import Stranger, Streak, StreakUpdate, Tier

FIRST_WAIT = timedelta(seconds=10)
"""How long strangers wait once an account was guessed at too often; then it grows."""

FORGOTTEN_AFTER = timedelta(days=30)
"""When a streak of as many failures as the threshold ends by itself; one of fewer ends sooner in
proportion. Nobody gains by pausing: it leaves 100 guesses in 30 days, fewer than the backoff."""

TIERS = 3
"""Networks that have not failed since the backoff began, those that failed once, and all others."""

REMEMBERED_STRANGERS = 50
"""How many networks are remembered to have failed: those that failed last."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Slows down who guesses at one account from ever new networks (NIST SP 800-63B-4, 3.2.2).

    Attributes:
        threshold: the failures in a row from which on it is active.
        longest: no wait is longer than this.
    """

    threshold: int
    longest: timedelta

    def kept_for(self, failures: int) -> timedelta:
        """Return how long after the last of so many failures they are remembered."""
        return FORGOTTEN_AFTER * (min(failures, self.threshold) / self.threshold)

    def is_active(self, streak: Streak, now: datetime) -> bool:
        """Whether only known networks may try at once."""
        return streak.failures >= self.threshold and not self._is_forgotten(streak, now)

    def wait(self, tier: int, failures: int) -> timedelta:
        """Return how long after the last of so many failures in a tier the next one may be.

        It grows by `FIRST_WAIT` with each network that failed for the first (or second) time: the
        hundred networks of an attacker cost the next newcomer minutes. In the last tier, whose
        networks come again and again, it doubles.
        """
        if tier < TIERS - 1:
            return min(FIRST_WAIT * (failures + 1), self.longest)
        return min(FIRST_WAIT * (1 << min(failures, 20)), self.longest)

    def free_at(self, streak: Streak, network: str, now: datetime) -> datetime | None:
        """Return when `network` may try, or None when it may now."""
        if not self.is_active(streak, now) or network in streak.known:
            return None
        own = streak.stranger(network)
        number, tier = self._tier(streak, own)
        waits = [(tier.failed_at, self.wait(number, tier.failures))]
        if own is not None:
            waits.append((own.failed_at, self.wait(TIERS - 1, own.failures)))
        free = [since + wait for since, wait in waits if since <= now + MAX_CLOCK_SKEW]
        return max((moment for moment in free if moment > now), default=None)

    def after_failure(self, streak: Streak, network: str, now: datetime) -> StreakUpdate | None:
        """Return how a failure from `network` counts; None when it does not: a known network."""
        if self._is_forgotten(streak, now):
            return StreakUpdate(1, now, self.kept_for(1), seen=streak)
        failures = streak.failures + 1
        if streak.failures < self.threshold:
            return StreakUpdate(failures, now, self.kept_for(failures), below=self.threshold)
        if network in streak.known:
            return None
        own = streak.stranger(network)
        number, tier = self._tier(streak, own)
        tiers = [self._tier_at(streak, each) for each in range(TIERS)]
        tiers[number] = Tier(tier.failures + 1, now)
        failed = Stranger.of(network, 1 + (own.failures if own else 0), now)
        others = [other for other in streak.strangers if other != own]
        return StreakUpdate(
            failures,
            now,
            self.kept_for(failures),
            seen=streak,
            tiers=tuple(tiers),
            strangers=(failed, *others)[:REMEMBERED_STRANGERS],
        )

    def _is_forgotten(self, streak: Streak, now: datetime) -> bool:
        if not streak.failures or streak.failed_at is None:
            return False
        return now - streak.failed_at >= self.kept_for(streak.failures)

    def _tier(self, streak: Streak, own: Stranger | None) -> tuple[int, Tier]:
        number = min(own.failures, TIERS - 1) if own else 0
        return number, self._tier_at(streak, number)

    def _tier_at(self, streak: Streak, number: int) -> Tier:
        """Return a tier; before its first failure it begins with the backoff."""
        if streak.tiers:
            return streak.tiers[number]
        return Tier(0, streak.failed_at or datetime.min.replace(tzinfo=UTC))
