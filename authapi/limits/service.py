"""The limits that other rooms ask: on passwords, registrations, refreshes, mailed codes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.core.retries import TRIES
from authapi.core.services import Subject
from authapi.limits.attempts import Attempt, CountedAttempt, Reason, Target, refuse, refuse_while
from authapi.limits.backoff import Backoff, Streak
from authapi.limits.rules import Rate
from authapi.limits.serializers import describe_failures
from authapi.limits.settings import LimitSettings
from authapi.limits.store import Counter, LimitStore


class Limits:
    """Counts per client: an IPv4 address or an IPv6 /64 (S28). Ids are keyed fingerprints.

    Failures of the database are raised, and answered by a 503: what cannot be counted is refused.

    Args:
        one_at_a_time: a lock for attempts at one account from one client: no password is hashed
            for a guess that would not be answered.
    """

    collections = ("limits",)

    def __init__(
        self,
        store: LimitStore,
        one_at_a_time: Callable[[str], AbstractContextManager[object]],
        settings: LimitSettings,
        fingerprints: Fingerprints,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._store = store
        self._one_at_a_time = one_at_a_time
        self._settings = settings
        self._backoff = settings.backoff
        self._rates = {
            Reason.REGISTRATIONS: settings.registration_rate,
            Reason.REFRESHES: settings.limit_refreshes,
            Reason.MAIL_CODES: settings.limit_mail_codes,
            Reason.MAIL_REQUESTS: settings.limit_mail_codes,
            Reason.RESETS: settings.limit_resets,
        }
        self._fingerprints = fingerprints
        self._events = events
        self._clock = clock

    def password_attempt(self, account: str, client: Client) -> Attempt:
        """Return an attempt at a password; the same for unknown names (S25).

        Args:
            account: the unique form of the user name.
            client: who tries.
        """
        return self._attempt(self._target(account, client), self._backoff)

    def second_step(self, user_id: str, client: Client) -> Attempt:
        """Return an attempt at a second step, limited as a password is (ASVS 6.6.3).

        It is counted by user id, so that a new login does not allow more tries.

        Args:
            user_id: whose; the first step was right.
            client: who tries.
        """
        target = Target(
            self._counter(
                Reason.SECOND_STEPS, self._settings.limit_second_steps, user_id, client.network
            ),
            self._target(user_id, client).client,
            self._fingerprints.of("limit", "second step", user_id),
            Reason.SECOND_STEPS,
        )
        return self._attempt(target, self._settings.second_step_backoff)

    def knows(self, account: str, client: Client) -> bool:
        """Whether somebody logged in to the account from the client's network before."""
        return self._target(account, client).pair.id in self.streak(account).known

    @contextmanager
    def registration(self, client: Client) -> Iterator[None]:
        """Count a registration in the `with` block; one that ends with a 503 does not count.

        Raises:
            ApiError: `rate_limited`.
        """
        self.count(Reason.REGISTRATIONS, client.network)
        try:
            yield
        except ApiError as error:
            if error.code is ErrorCode.SERVICE_UNAVAILABLE:
                self._store.give_back([self._window(Reason.REGISTRATIONS, client.network)])
            raise

    def count(self, reason: Reason, whose: str) -> None:
        """Count one more try, by one write, before it is checked; at the limit nothing is counted.

        Args:
            reason: what is counted; each reason has its own rate.
            whose: whose window: a client's network, or a user's id.

        Raises:
            ApiError: `rate_limited`.
        """
        counter = self._window(reason, whose)
        for _ in range(TRIES):
            now = self._clock()
            if self._store.count_all_or_nothing([counter], now):
                return
            hits = self._store.read([counter]).hits[counter.id]
            refuse_while({reason: counter.rate.free_at(hits, now)}, now, self._events)
        refuse(reason, 1, self._events)

    def try_count(self, *windows: tuple[Rate, tuple[str, ...]]) -> bool:
        """Count a hit in each window of another room: in all of them, or in none.

        Args:
            windows: each with its rate, and words that identify it.

        Returns:
            False when one of them has no room.
        """
        counters = [self._counter(parts[0], rate, *parts[1:]) for rate, parts in windows]
        now = self._clock()
        # Two first hits of a window at the same moment conflict: once more then.
        return any(self._store.count_all_or_nothing(counters, now) for _ in range(2))

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return the failed logins in a row of the user's account, and its known networks."""
        return {"failed_logins": describe_failures(self.streak(subject.name_key))}

    def erase(self, subject: Subject) -> None:
        """Remove what is stored about the user's account."""
        self.forget(subject.name_key)
        self._store.forget(self._fingerprints.all_of("limit", "second step", subject.id))

    def streak(self, account: str) -> Streak:
        """Return what is stored about an account: its failures in a row, and its known networks."""
        return self._store.read([], self._account_id(account)).streak

    def forget(self, account: str) -> None:
        """Remove what is stored about an account: its failures in a row, and its known networks."""
        self._store.forget(self._fingerprints.all_of("limit", "account", account))

    def trust_network(self, account: str, client: Client) -> None:
        """Make the client's network a known one of the account, as a login does.

        For users who have proven to be the owner otherwise, such as by a mailed link.
        """
        target, threshold = self._target(account, client), self._backoff.threshold
        self._store.note_login(target.account_id, target.pair.id, self._clock(), threshold)

    def _window(self, reason: Reason, whose: str) -> Counter:
        return self._counter(reason, self._rates[reason], whose)

    def _attempt(self, target: Target, backoff: Backoff) -> Attempt:
        return CountedAttempt(
            self._store, target, self._one_at_a_time, backoff, self._events, self._clock
        )

    def _target(self, account: str, client: Client) -> Target:
        network = client.network
        return Target(
            self._counter("pair", self._settings.limit_login_failures, account, network),
            self._counter("logins", self._settings.limit_login_failures_per_address, network),
            self._account_id(account),
        )

    def _counter(self, kind: str, rate: Rate, *parts: str) -> Counter:
        return Counter(self._fingerprints.of("limit", kind, *parts), rate)

    def _account_id(self, account: str) -> str:
        return self._fingerprints.of("limit", "account", account)
