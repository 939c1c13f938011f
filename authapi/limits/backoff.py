"""Who waits, and how long, once an account was guessed at too often: pure decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from authapi.core.clock import MAX_CLOCK_SKEW

FIRST_WAIT = timedelta(seconds=10)
"""How long strangers wait once an account was guessed at too often; then it grows."""

FORGOTTEN_AFTER = timedelta(days=30)
"""After this time a streak that has reached the threshold ends; a shorter one ends sooner, in
proportion. Pausing gains nothing: it allows 100 guesses in 30 days, fewer than the backoff."""

TIERS = 3
"""Networks that have not failed since the backoff began, failed once, or failed more often."""

REMEMBERED_STRANGERS = 50
"""How many failed networks are remembered: those that failed last."""

KNOWN_FOR = timedelta(days=400)
"""How long after the last login networks stay known: longer than a session lives by default."""

_NOTED_AGAIN_AFTER = timedelta(days=1)  # a login from the same network as the last one

_STRANGER_ID = 16  # characters of the fingerprint: enough to tell these few apart


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
    """The failures of all strangers that have failed equally often since the backoff began.

    Attributes:
        failures: how many failures there were, of all of them together.
        failed_at: when the last one was.
    """

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
        tiers: one for strangers without a failure since the backoff began, one for those with one,
            one for all others.
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
        failures: the new number.
        at: when it happened.
        kept_for: how long after that the streak is remembered.
        seen: what the stored streak must still be; None: any one with fewer failures than `below`.
        below: see `seen`.
        tiers: the new ones.
        strangers: the new ones.
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
    """Slows down guesses at one account from many networks (NIST SP 800-63B-4, 3.2.2).

    Attributes:
        threshold: the failures in a row from which on it is active.
        longest: no wait is longer than this.
    """

    threshold: int
    longest: timedelta

    def kept_for(self, failures: int) -> timedelta:
        """Return how long a streak of so many failures is remembered after the last one."""
        return FORGOTTEN_AFTER * (min(failures, self.threshold) / self.threshold)

    def is_active(self, streak: Streak, now: datetime) -> bool:
        """Whether only known networks may try at once."""
        return streak.failures >= self.threshold and not self._is_forgotten(streak, now)

    def wait(self, tier: int, failures: int) -> timedelta:
        """Return the wait in a tier after so many failures.

        In the first two tiers it grows by `FIRST_WAIT` with each failure, which is of another
        network each time: a hundred networks of an attacker cost a newcomer minutes. In the last
        tier, whose networks come again and again, it doubles.
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
        """Return the update that counts a failure; None for a known network during the backoff."""
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
        """Return a tier; before its first failure its wait counts from the start of the backoff."""
        if streak.tiers:
            return streak.tiers[number]
        return Tier(0, streak.failed_at or datetime.min.replace(tzinfo=UTC))


def is_noted(streak: Streak, network: str, now: datetime) -> bool:
    """Whether a login need not be noted: the last one came from `network`, not long ago."""
    return (
        streak.known[:1] == (network,)
        and streak.kept_until is not None
        and streak.kept_until > now + KNOWN_FOR - _NOTED_AGAIN_AFTER
    )
