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
from authapi.limits.store import Counter, LimitState, LimitStore


class Reason(StrEnum):
    """Which limit was reached; the fixed word in the security event."""

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
    """What an attempt counts against.

    Attributes:
        pair: the window of this account and this client together. Its id also names the client's
            network among the account's known networks.
        client: the window of this client, for all accounts.
        account_id: the document of the account's failures in a row, from anywhere.
        reason: of the refusal when the window of `pair` is full.
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

    def checking(self) -> AbstractContextManager[Attempt]:
        """Return a block to check it in; call `fail` or `succeed` there, before any answer.

        Raises:
            ApiError: as the block begins, `rate_limited`; `service_unavailable` when too many wait
                already.
        """
        return nullcontext(self)

    def fail(self) -> None:
        """Count it as wrong; may raise `rate_limited`."""

    def succeed(self) -> None:
        """Note that it was right; may raise `rate_limited`."""

    def confirm(self) -> None:
        """Look at the limits once more, after the login's session is stored.

        Raises:
            ApiError: `rate_limited` when wrong attempts reached a limit meanwhile.
        """


class CountedAttempt(Attempt):
    """Checks the limits before and after a password is checked; counts only a wrong one.

    An attempt is answered only while no limit is reached. A wrong password is counted by a
    conditional write. For a right one the limits are read again, and for a login once more when its
    session is stored, so that it is answered no earlier than wrong ones at the same time. Of many
    guesses at once as many as the limit allows are answered, and the others learn nothing, right or
    wrong (ASVS 15.4.1). The same holds for a second step.
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
    def checking(self) -> Iterator[Attempt]:
        """Check the limits by one read, then let the block check the password."""
        with self._one_at_a_time(self._target.pair.id):
            self._check_capacity(self._clock())
            yield self

    def fail(self) -> None:
        """Count a wrong password, by one write, which decides whether a limit is reached.

        Raises:
            ApiError: `rate_limited` when a limit was reached meanwhile.
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
        """Check after a right password that no limit was reached meanwhile.

        Raises:
            ApiError: `rate_limited` when one was; as quickly as from `fail`.
        """
        self._check_capacity(self._clock())

    def confirm(self) -> None:
        """Look at the limits once more, now that the login's session is stored; note the login.

        The network is known from now on. The failures in a row end, unless the backoff is active:
        then guessers go on waiting, while the owner is known here and may try at once. It costs a
        write only when that changes something.

        Raises:
            ApiError: `rate_limited` when a limit was reached meanwhile.
        """
        now, network = self._clock(), self._target.pair.id
        streak = self._check_capacity(now)
        ends_streak = streak.failures > 0 and not self._backoff.is_active(streak, now)
        if ends_streak or not is_noted(streak, network, now):
            self._store.note_login(self._target.account_id, network, now, self._backoff.threshold)

    def _check_capacity(self, now: datetime) -> Streak:
        """Return the account's failures in a row, if no limit is reached.

        Raises:
            ApiError: `rate_limited`.
        """
        state = self._store.read(self._target.counters, self._target.account_id)
        refuse_while(self._blocked(state, now), now, self._events)
        return state.streak

    def _blocked(self, state: LimitState, now: datetime) -> dict[Reason, datetime | None]:
        pair, client = self._target.counters
        return {
            self._target.reason: pair.rate.free_at(state.hits[pair.id], now),
            Reason.LOGIN_FAILURES_PER_ADDRESS: client.rate.free_at(state.hits[client.id], now),
            Reason.FAILURES_IN_A_ROW: self._backoff.free_at(state.streak, pair.id, now),
        }


def refuse_while(
    blocked: Mapping[Reason, datetime | None], now: datetime, events: EventRecorder
) -> None:
    """Refuse while a limit is reached; `Retry-After` names the latest of their ends (S26).

    Raises:
        ApiError: `rate_limited`.
    """
    waiting = {reason: free for reason, free in blocked.items() if free is not None}
    if waiting:
        reason = max(waiting, key=lambda reason: waiting[reason])
        refuse(reason, whole_seconds(waiting[reason], now), events)


def refuse(reason: Reason, retry_after: int, events: EventRecorder) -> NoReturn:
    """Record that a limit was reached, and refuse.

    Raises:
        ApiError: `rate_limited`.
    """
    events.record(Event.RATE_LIMITED, reason=reason)
    raise ApiError(ErrorCode.RATE_LIMITED, retry_after=retry_after)
