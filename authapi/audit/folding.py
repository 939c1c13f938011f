"""Events that are alike, gathered in memory and handed on together a little later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from authapi.audit.rules import Likeness, likeness
from authapi.core.events import SecurityEvent
from authapi.core.forks import after_fork_in_child

MOST_KEPT = 500
"""How many different ones wait at the most; one more, and all are handed on at once."""


class Folding:
    """Folds events that are alike into one with a count.

    A thread lives for as long as something waits. It hands on early when the process ends, so that
    only a process that is killed takes what it has not handed on yet with it.

    Args:
        hand_on: takes the folded events; what goes wrong there is its own affair.
        delay: how long an event waits for others at the most.
    """

    def __init__(self, hand_on: Callable[[list[SecurityEvent]], None], delay: timedelta) -> None:
        self._hand_on = hand_on
        self._delay = delay
        self._begin()
        after_fork_in_child(self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Likeness, SecurityEvent] = {}
        self._waited_for = False

    def add(self, happened: SecurityEvent) -> None:
        """Take an event in; it is handed on within `delay`."""
        key = likeness(happened)
        with self._lock:
            first = self._waiting.get(key)
            self._waiting[key] = _together(first, happened) if first else happened
            many = self._take() if len(self._waiting) > MOST_KEPT else []
            begins, self._waited_for = not self._waited_for, True
        if many:
            _in_thread(lambda: self._hand_on(many), otherwise=lambda: self._hand_on(many))
        if begins:
            _in_thread(self._wait, otherwise=self._end_wait)

    def flush(self) -> None:
        """Hand on what waits, now."""
        with self._lock:
            folded = self._take()
        if folded:
            self._hand_on(folded)

    def _take(self) -> list[SecurityEvent]:
        folded, self._waiting = list(self._waiting.values()), {}
        return folded

    def _wait(self) -> None:
        threading.main_thread().join(self._delay.total_seconds())
        self._end_wait()

    def _end_wait(self) -> None:
        with self._lock:
            self._waited_for = False
        self.flush()


def _in_thread(work: Callable[[], None], *, otherwise: Callable[[], None]) -> None:
    """Let a thread do it, which the process waits for at its end; without one, do the other."""
    try:
        threading.Thread(target=work, name="audit", daemon=False).start()
    except RuntimeError:  # there are too many threads already
        otherwise()


def _together(first: SecurityEvent, latest: SecurityEvent) -> SecurityEvent:
    return replace(first, count=first.count + latest.count, last_at=latest.at)
