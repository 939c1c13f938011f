"""Aggregates events that are alike in memory, and stores them together a little later."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from authapi.audit.rules import GroupKey, group_key
from authapi.core.events import SecurityEvent
from authapi.core.forks import after_fork_in_child

MAX_PENDING = 500
"""The most groups, and the most users, that wait; with one more all are flushed."""

Flush = Callable[[list[SecurityEvent], set[str]], None]
"""Stores the aggregated events, and checks the users of these ids; raises nothing."""


@dataclass(frozen=True, eq=False)
class _Batch:
    """What one flush takes out of memory and stores."""

    events: list[SecurityEvent]
    users: set[str]


class EventAggregator:
    """Replaces events that are alike by one event with a count.

    A thread lives for as long as something waits. It flushes early when the process ends, so only a
    process that is killed loses what it has not flushed yet.

    Args:
        delay: how long something waits at most.
    """

    def __init__(self, flush_to: Flush, delay: timedelta) -> None:
        self._flush_to = flush_to
        self._delay = delay
        self._reset()
        after_fork_in_child(self._reset)

    def _reset(self) -> None:
        self._lock = threading.Condition(threading.Lock())
        self._pending: dict[GroupKey, SecurityEvent] = {}
        self._users: set[str] = set()
        self._under_way: list[_Batch] = []
        self._thread_runs = False

    def add(self, event: SecurityEvent) -> None:
        """Take in an event; it is flushed within `delay`."""
        key = group_key(event)
        with self._lock:
            first = self._pending.get(key)
            self._pending[key] = _merge(first, event) if first else event
        self._flush_in_time()

    def check_later(self, user_id: str) -> None:
        """Let the next flush see whether a user, of whom something was stored, is deleted."""
        with self._lock:
            self._users.add(user_id)
        self._flush_in_time()

    def flush(self, patience: timedelta | None = None) -> None:
        """Flush now what waits, and return when what others took before is flushed, too.

        Args:
            patience: how long to wait for the others at most; None is for as long as they take.
        """
        with self._lock:
            before = list(self._under_way)
            batch = self._take()
        self._finish(batch)
        seconds = None if patience is None else patience.total_seconds()
        with self._lock:
            self._lock.wait_for(
                lambda: not any(each in self._under_way for each in before), seconds
            )

    def _flush_in_time(self) -> None:
        with self._lock:
            full = max(len(self._pending), len(self._users)) > MAX_PENDING
            surplus = self._take() if full else None
            starts, self._thread_runs = not self._thread_runs, True
        if surplus:
            _in_thread(lambda: self._finish(surplus), fallback=lambda: self._finish(surplus))
        if starts:
            _in_thread(self._flush_later, fallback=self._end_thread)

    def _take(self) -> _Batch:
        batch = _Batch(list(self._pending.values()), self._users)
        self._pending, self._users = {}, set()
        self._under_way.append(batch)
        return batch

    def _finish(self, batch: _Batch) -> None:
        try:
            if batch.events or batch.users:
                self._flush_to(batch.events, batch.users)
        finally:
            with self._lock:
                self._under_way.remove(batch)
                self._lock.notify_all()

    def _flush_later(self) -> None:
        threading.main_thread().join(self._delay.total_seconds())
        self._end_thread()

    def _end_thread(self) -> None:
        with self._lock:
            self._thread_runs = False
        self.flush()


def _in_thread(work: Callable[[], None], *, fallback: Callable[[], None]) -> None:
    """Run `work` in a thread that the process waits for at its end.

    When no thread can be started, `fallback` runs in this one.
    """
    try:
        threading.Thread(target=work, name="audit", daemon=False).start()
    except RuntimeError:  # there are too many threads already
        fallback()


def _merge(first: SecurityEvent, latest: SecurityEvent) -> SecurityEvent:
    return replace(first, count=first.count + latest.count, last_at=latest.at)
