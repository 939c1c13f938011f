"""The failures in a row for one account, from wherever they came, and how they change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

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


def is_noted(streak: Streak, network: str, now: datetime) -> bool:
    """Whether a login from `network` is no news: the last one came from there, not long ago."""
    return (
        streak.known[:1] == (network,)
        and streak.kept_until is not None
        and streak.kept_until > now + KNOWN_FOR - _NOTED_AGAIN_AFTER
    )
