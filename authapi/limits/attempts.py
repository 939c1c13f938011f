"""One attempt at the password of one account, from one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NoReturn

from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.limits.rules import Brake, Claim, Streak, whole_seconds
from authapi.limits.store import Counter, LimitStore, Standing

TRIES = 5
"""How often a lost race is run again; each of the three documents can be made only once."""


class Reason(StrEnum):
    """Which limit was met; the fixed word in the security event."""

    LOGIN_FAILURES = "login_failures"
    LOGIN_FAILURES_PER_ADDRESS = "login_failures_per_address"
    FAILURES_IN_A_ROW = "failures_in_a_row"
    REGISTRATIONS = "registrations"
    REFRESHES = "refreshes"


@dataclass(frozen=True, slots=True)
class Target:
    """What an attempt counts against: the account here, this client, the account everywhere.

    Attributes:
        pair: the account's failures from this client; its id is the place, too.
        client: the client's failures at all accounts.
        account_id: the document of the account's failures in a row.
    """

    pair: Counter
    client: Counter
    account_id: str

    @property
    def counters(self) -> tuple[Counter, Counter]:
        """The two windows."""
        return self.pair, self.client


class PasswordAttempt:
    """Counts as a failure before the password is looked at, and no more when it was right.

    So of any number of guesses at once exactly as many as the limit allows are looked at (ASVS
    15.4.1).
    """

    def __init__(
        self, store: LimitStore, target: Target, brake: Brake, events: EventRecorder, clock: Clock
    ) -> None:
        self._store = store
        self._target = target
        self._brake = brake
        self._events = events
        self._clock = clock
        self._streak = Streak()  # the likeliest; the database knows better, and refuses
        self._claim: Claim | None = None

    def begin(self) -> None:
        """Count a failure, by one write if nothing is in the way.

        Raises:
            ApiError: `rate_limited`.
        """
        for _ in range(TRIES):
            now = self._clock()
            self._claim = self._brake.claim(self._streak, self._target.pair.id, now)
            if self._store.take(self._target.counters, now, self._target.account_id, self._claim):
                return
            standing = self._store.read(self._target.counters, self._target.account_id)
            refuse_while(self._blocked(standing, now), now, self._events)
            self._streak = standing.streak
        refuse(Reason.LOGIN_FAILURES, 1, self._events)

    def give_back(self) -> None:
        """Count it no more: the password was not looked at."""
        account_id = self._target.account_id if self._claim else None
        self._store.give_back(self._target.counters, account_id)

    def succeed(self) -> None:
        """Give the failure back, by one write: the password was right.

        The place is known from now on. Failures in a row end, but not once the brake grips: then
        whoever guesses goes on waiting, while the owner is known here and may try at once.
        """
        now = self._clock()
        self._store.settle(
            self._target.counters,
            self._target.account_id,
            self._target.pair.id,
            now,
            end_row=not self._brake.grips(self._streak, now),
        )

    def _blocked(self, standing: Standing, now: datetime) -> dict[Reason, datetime | None]:
        pair, client = self._target.counters
        return {
            Reason.LOGIN_FAILURES: pair.rate.free_at(standing.hits[pair.id], now),
            Reason.LOGIN_FAILURES_PER_ADDRESS: client.rate.free_at(standing.hits[client.id], now),
            Reason.FAILURES_IN_A_ROW: self._brake.free_at(standing.streak, pair.id, now),
        }


def refuse_while(
    blocked: Mapping[Reason, datetime | None], now: datetime, events: EventRecorder
) -> None:
    """Refuse until every limit has room again, so that `Retry-After` is true (S26).

    Raises:
        ApiError: `rate_limited`.
    """
    waiting = {reason: free for reason, free in blocked.items() if free is not None}
    if waiting:
        reason = max(waiting, key=lambda reason: waiting[reason])
        refuse(reason, whole_seconds(waiting[reason], now), events)


def refuse(reason: Reason, retry_after: int, events: EventRecorder) -> NoReturn:
    """Say no, and put it on record.

    Raises:
        ApiError: `rate_limited`.
    """
    events.record(Event.RATE_LIMITED, reason=reason)
    raise ApiError(ErrorCode.RATE_LIMITED, retry_after=retry_after)
