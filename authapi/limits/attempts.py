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
from authapi.limits.rules import Brake, Streak, is_noted, whole_seconds
from authapi.limits.store import Counter, LimitStore, Standing

TRIES = 5
"""How often a lost race is run again: each of the three documents can be made only once, and a
row of failures changes with each failure that others claimed first."""


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
    """Reads how things stand, lets the password be looked at, and counts it only if it was wrong.

    The answer is given away only while there is room for it. A wrong password is a conditional
    write. A right one is one more look, and for a login another one when its session is stored: so
    it is no earlier than the wrong ones beside it. Of many guesses at once as many as the limit
    allows are answered, and the others learn nothing, right or wrong (ASVS 15.4.1).
    """

    def __init__(
        self, store: LimitStore, target: Target, brake: Brake, events: EventRecorder, clock: Clock
    ) -> None:
        self._store = store
        self.target = target
        self._brake = brake
        self._events = events
        self._clock = clock

    def begin(self) -> None:
        """Make sure that there is room, by one read; a hash is not even made without.

        Raises:
            ApiError: `rate_limited`.
        """
        self._room(self._clock())

    def fail(self) -> None:
        """Count a failure, by one write: the password was wrong.

        Raises:
            ApiError: `rate_limited` when others had the room meanwhile.
        """
        target = self.target
        for _ in range(TRIES):
            now = self._clock()
            streak = self._room(now)
            claim = self._brake.claim(streak, target.pair.id, now)
            if self._store.take(target.counters, now, target.account_id, claim):
                return
        refuse(Reason.LOGIN_FAILURES, 1, self._events)

    def succeed(self) -> None:
        """Make sure that there still is room: the password was right.

        Raises:
            ApiError: `rate_limited` when others had the room meanwhile; as quickly as `fail` does.
        """
        self._room(self._clock())

    def confirm(self) -> None:
        """Let the login pass whose session is stored now. A write only when there is news in it.

        The place is known from now on. Failures in a row end, but not once the brake grips: then
        whoever guesses goes on waiting, while the owner is known here and may try at once.

        Raises:
            ApiError: `rate_limited` when others had the room meanwhile.
        """
        now, place = self._clock(), self.target.pair.id
        streak = self._room(now)
        ends_row = streak.failures > 0 and not self._brake.grips(streak, now)
        if ends_row or not is_noted(streak, place, now):
            self._store.note_login(self.target.account_id, place, now, self._brake.threshold)

    def _room(self, now: datetime) -> Streak:
        """Return the account's row of failures, if there is room for one more."""
        standing = self._store.read(self.target.counters, self.target.account_id)
        refuse_while(self._blocked(standing, now), now, self._events)
        return standing.streak

    def _blocked(self, standing: Standing, now: datetime) -> dict[Reason, datetime | None]:
        pair, client = self.target.counters
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
