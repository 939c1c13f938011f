"""What may be done how often: a password tried, a user registered, a session refreshed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from limits.strategies import MovingWindowRateLimiter

from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.limits.attempts import TRIES, PasswordAttempt, Reason, Target, refuse
from authapi.limits.rules import Brake, Rate, Streak, whole_seconds
from authapi.limits.steps import Steps
from authapi.limits.store import Counter, LimitStore


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """The numbers.

    Attributes:
        login_failures: wrong passwords for one account from one client.
        login_failures_per_address: wrong passwords from one client for any accounts.
        registrations: registrations from one client, successful or not.
        refreshes: refreshes from one client.
        brake: what slows strangers down once an account was guessed at from many places.
    """

    login_failures: Rate
    login_failures_per_address: Rate
    registrations: Rate
    refreshes: Rate
    brake: Brake


class Limits:
    """Counts per client: an IPv4 address or an IPv6 /64 (S28). Ids are keyed fingerprints.

    What the database raises is raised: without it the answer is 503, never an open door.

    Args:
        store: what counts.
        turns: lets the attempts at one account from one client wait for each other, so that no
            hash is made for a guess that would not be answered.
        policy: the numbers.
        fingerprints: makes the ids of what is stored.
        events: is told of every refusal.
        clock: what tells the time.
    """

    def __init__(
        self,
        store: LimitStore,
        turns: Callable[[str], AbstractContextManager[object]],
        policy: LimitPolicy,
        fingerprints: Fingerprints,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._store = store
        self._windows = MovingWindowRateLimiter(store)
        self._refreshes = Steps(policy.refreshes)
        self._turns = turns
        self._policy = policy
        self._fingerprints = fingerprints
        self._events = events
        self._clock = clock

    @contextmanager
    def password_attempt(self, account: str, client: Client) -> Iterator[PasswordAttempt]:
        """Let a password be tried in the `with` block; the same for names that nobody has (S25).

        The block says whether it was right (`succeed`) or wrong (`fail`), before it says so to
        anybody else.

        Args:
            account: the unique form of the user name.
            client: who tries.

        Raises:
            ApiError: `rate_limited`; `service_unavailable` when too many wait for their turn.
        """
        attempt = self._attempt(account, client)
        with self._turns(attempt.target.pair.id):
            attempt.begin()
            yield attempt

    def confirm_login(self, account: str, client: Client) -> None:
        """Let a login pass whose password was right and whose session is stored now.

        Raises:
            ApiError: `rate_limited` when wrong passwords took the room meanwhile.
        """
        self._attempt(account, client).confirm()

    @contextmanager
    def registration(self, client: Client) -> Iterator[None]:
        """Let a user be registered in the `with` block; one that we were too busy for is free.

        Raises:
            ApiError: `rate_limited`.
        """
        rate, place = self._policy.registrations, client.network
        window = self._window(Reason.REGISTRATIONS, place)
        self._hit(Reason.REGISTRATIONS, rate, window)
        try:
            yield
        except ApiError as error:
            if error.code is ErrorCode.SERVICE_UNAVAILABLE:
                self._store.give_back([Counter(rate.item.key_for(window), rate)])
            raise

    def refresh(self, client: Client) -> None:
        """Let a session be refreshed; a write only when the client's hits make a step.

        Raises:
            ApiError: `rate_limited`.
        """
        rate, window = self._policy.refreshes, self._window(Reason.REFRESHES, client.network)
        amount = self._refreshes.due(window, self._clock())
        if amount == rate.step and amount > 1 and not self._step(rate, window):
            amount = 1  # there may be room for this one
        if amount == 1:
            self._hit(Reason.REFRESHES, rate, window)
            self._refreshes.written(window, 1, self._clock())

    def _step(self, rate: Rate, window: str) -> bool:
        """Write a step of refreshes; False when there is no room for a whole one."""
        try:
            fits = self._count(rate, window, rate.step) is None
        except Exception:
            self._refreshes.refused(window, rate.step, self._clock())
            raise
        note = self._refreshes.written if fits else self._refreshes.refused
        note(window, rate.step, self._clock())
        return fits

    def streak(self, account: str) -> Streak:
        """Return what is stored about an account: its failures in a row, and its known places."""
        return self._store.read([], self._account_id(account)).streak

    def forget(self, account: str) -> None:
        """Remove what is stored about an account: its failures in a row, and its known places."""
        self._store.forget(self._account_id(account))

    def _hit(self, reason: Reason, rate: Rate, window: str) -> None:
        free_at = self._count(rate, window, 1)
        if free_at is not None:
            refuse(reason, whole_seconds(free_at, self._clock()), self._events)

    def _count(self, rate: Rate, window: str, cost: int) -> datetime | None:
        """Count hits; None when there was room, else when there is."""
        item = rate.item
        for _ in range(TRIES):
            if self._windows.hit(item, window, cost=cost):
                return None
            standing = self._windows.get_window_stats(item, window)
            if standing.remaining < cost:
                return datetime.fromtimestamp(standing.reset_time, UTC)
        return self._clock()

    def _attempt(self, account: str, client: Client) -> PasswordAttempt:
        place = client.network
        target = Target(
            self._counter("pair", self._policy.login_failures, account, place),
            self._counter("logins", self._policy.login_failures_per_address, place),
            self._account_id(account),
        )
        return PasswordAttempt(self._store, target, self._policy.brake, self._events, self._clock)

    def _window(self, reason: Reason, place: str) -> str:
        return self._fingerprints.of("limit", reason, place)

    def _counter(self, kind: str, rate: Rate, *parts: str) -> Counter:
        return Counter(self._fingerprints.of("limit", kind, *parts), rate)

    def _account_id(self, account: str) -> str:
        return self._fingerprints.of("limit", "account", account)
