"""Who waits, and how long, once an account was guessed at too often: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from authapi.core.clock import MAX_CLOCK_SKEW

FIRST_WAIT = timedelta(seconds=10)
"""How long strangers wait once an account was guessed at too often; then it grows."""

FORGOTTEN_AFTER = timedelta(days=30)
"""When a streak of as many failures as the threshold ends by itself; one of fewer ends sooner in
proportion. Nobody gains by pausing: it leaves 100 guesses in 30 days, fewer than the backoff."""

TIERS = 3
"""Networks that have not failed since the backoff began, those that failed once, and all others."""

REMEMBERED_STRANGERS = 50
"""How many networks are remembered to have failed: those that failed last."""

KNOWN_FOR = timedelta(days=400)
"""How long after the last login networks stay known: longer than a session lives by default."""

_NOTED_AGAIN_AFTER = timedelta(days=1)  # though it came from the same network as the last one

_STRANGER_ID = 16  # characters of a network's fingerprint: few strangers are told apart


@dataclass(frozen=True, slots=True)
class Stranger:
    """A network that failed since the backoff began.

    Attributes:
        id: the beginning of the network's fingerprint.
        failures: how often it failed.
        failed_at: when it failed last.
    """

    id: str
    failures: int
    failed_at: datetime

    @classmethod
    def of(cls, network: str, failures: int, failed_at: datetime) -> Stranger:
        """Return the stranger from the network of that fingerprint."""
        return cls(network[:_STRANGER_ID], failures, failed_at)


@dataclass(frozen=True, slots=True)
class Tier:
    """Strangers that failed equally often since the backoff began: how often all of them did."""

    failures: int
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class Streak:
    """The failures in a row for one account.

    Attributes:
        failures: how many they are.
        failed_at: when the last one was counted.
        known: fingerprints of the networks that logged in to the account, the latest first.
        kept_until: when all this is forgotten.
        tiers: what strangers did since the backoff began, by how often each of them had failed.
        strangers: the networks that failed since the backoff began, the latest first.
    """

    failures: int = 0
    failed_at: datetime | None = None
    known: tuple[str, ...] = ()
    kept_until: datetime | None = None
    tiers: tuple[Tier, ...] = ()
    strangers: tuple[Stranger, ...] = ()

    def stranger(self, network: str) -> Stranger | None:
        """Return what is remembered of a network that failed since the backoff began."""
        wanted = network[:_STRANGER_ID]
        return next((one for one in self.strangers if one.id == wanted), None)


@dataclass(frozen=True, slots=True)
class StreakUpdate:
    """One more failure in a row, as a conditional update: the database decides.

    Attributes:
        failures: how many they are then.
        at: when it happened.
        kept_for: how long after it they are remembered.
        seen: what the streak must still be; None means any of fewer than `below` failures.
        below: see `seen`.
        tiers: what they are then.
        strangers: what they are then.
    """

    failures: int
    at: datetime
    kept_for: timedelta
    seen: Streak | None = None
    below: int = 0
    tiers: tuple[Tier, ...] = ()
    strangers: tuple[Stranger, ...] = ()


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


def is_noted(streak: Streak, network: str, now: datetime) -> bool:
    """Whether a login from `network` is no news: the last one came from there, not long ago."""
    return (
        streak.known[:1] == (network,)
        and streak.kept_until is not None
        and streak.kept_until > now + KNOWN_FOR - _NOTED_AGAIN_AFTER
    )
