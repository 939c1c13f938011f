"""One attempt at a password, or at a second step, of one account from one network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NoReturn

from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.retries import TRIES
from authapi.limits.backoff import Backoff, Streak, is_noted
from authapi.limits.rules import whole_seconds
from authapi.limits.store import Counter, LimitStore, Standing


class Reason(StrEnum):
    """Which limit was met; the fixed word in the security event."""

    LOGIN_FAILURES = "login_failures"
    LOGIN_FAILURES_PER_ADDRESS = "login_failures_per_address"
    FAILURES_IN_A_ROW = "failures_in_a_row"
    REGISTRATIONS = "registrations"
    REFRESHES = "refreshes"
    MAIL_CODES = "mail_codes"
    MAIL_REQUESTS = "mail_requests"
    RESETS = "resets"
    SECOND_STEPS = "second_steps"


@dataclass(frozen=True, slots=True)
class Target:
    """What an attempt counts against: the account here, this client, the account everywhere.

    Attributes:
        pair: the account's failures from this client; its id also stands
            for this network among those that the account is known from.
        client: the client's failures at all accounts.
        account_id: the document of the account's failures in a row.
        reason: what it is called when the account here has no room.
    """

    pair: Counter
    client: Counter
    account_id: str
    reason: Reason = Reason.LOGIN_FAILURES

    @property
    def counters(self) -> tuple[Counter, Counter]:
        """The two moving windows."""
        return self.pair, self.client


class Attempt:
    """A password, or a second step, that is being checked; this one is not counted."""

    def tried(self) -> AbstractContextManager[Attempt]:
        """Return a block in which it is checked, and told how that went, before any answer.

        Raises:
            ApiError: as the block begins, `rate_limited`; `service_unavailable` when too many wait
                already.
        """
        return nullcontext(self)

    def fail(self) -> None:
        """Say that it was wrong."""

    def succeed(self) -> None:
        """Say that it was right."""

    def confirm(self) -> None:
        """Let the login pass whose session is stored now.

        Raises:
            ApiError: `rate_limited` when wrong ones took the room meanwhile.
        """


class CountedAttempt(Attempt):
    """Reads how things stand, lets the password be looked at, and counts it only if it was wrong.

    The answer is given away only while there is room for it. A wrong password is a conditional
    write. A right one is one more look, and for a login another one when its session is stored: so
    it is no earlier than the wrong ones beside it. Of many guesses at once as many as the limit
    allows are answered, and the others learn nothing, right or wrong (ASVS 15.4.1). The same holds
    for a second step.
    """

    def __init__(
        self,
        store: LimitStore,
        target: Target,
        one_at_a_time: Callable[[str], AbstractContextManager[object]],
        backoff: Backoff,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._store = store
        self._target = target
        self._one_at_a_time = one_at_a_time
        self._backoff = backoff
        self._events = events
        self._clock = clock

    @contextmanager
    def tried(self) -> Iterator[Attempt]:
        """Let it be checked in the `with` block, after one read: before any hash is computed."""
        with self._one_at_a_time(self._target.pair.id):
            self._check_capacity(self._clock())
            yield self

    def fail(self) -> None:
        """Count a failure, by one write: the password was wrong.

        Raises:
            ApiError: `rate_limited` when others had the room meanwhile.
        """
        target = self._target
        for _ in range(TRIES):
            now = self._clock()
            streak = self._check_capacity(now)
            update = self._backoff.after_failure(streak, target.pair.id, now)
            if self._store.count_all_or_nothing(target.counters, now, target.account_id, update):
                return
        refuse(target.reason, 1, self._events)

    def succeed(self) -> None:
        """Make sure that there still is room: the password was right.

        Raises:
            ApiError: `rate_limited` when others had the room meanwhile; as quickly as `fail` does.
        """
        self._check_capacity(self._clock())

    def confirm(self) -> None:
        """Let the login pass whose session is stored now. A write only when there is news in it.

        The network is known from now on. Failures in a row end, but not once the backoff is active:
        then whoever guesses goes on waiting, while the owner is known here and may try at once.

        Raises:
            ApiError: `rate_limited` when others had the room meanwhile.
        """
        now, network = self._clock(), self._target.pair.id
        streak = self._check_capacity(now)
        ends_streak = streak.failures > 0 and not self._backoff.is_active(streak, now)
        if ends_streak or not is_noted(streak, network, now):
            self._store.note_login(self._target.account_id, network, now, self._backoff.threshold)

    def _check_capacity(self, now: datetime) -> Streak:
        """Return the account's failures in a row, if there is room for one more.

        Raises:
            ApiError: `rate_limited`.
        """
        standing = self._store.read(self._target.counters, self._target.account_id)
        refuse_while(self._blocked(standing, now), now, self._events)
        return standing.streak

    def _blocked(self, standing: Standing, now: datetime) -> dict[Reason, datetime | None]:
        pair, client = self._target.counters
        return {
            self._target.reason: pair.rate.free_at(standing.hits[pair.id], now),
            Reason.LOGIN_FAILURES_PER_ADDRESS: client.rate.free_at(standing.hits[client.id], now),
            Reason.FAILURES_IN_A_ROW: self._backoff.free_at(standing.streak, pair.id, now),
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
