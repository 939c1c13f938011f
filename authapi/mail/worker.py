"""The thread that sends: one for each process, started when it is first needed."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from authapi.core.clock import Clock
from authapi.core.forks import after_fork_in_child
from authapi.mail.sender import Sender

LOOK_SECONDS = 30.0
"""How long after its last look a process looks again, when it serves a request."""

_LONGEST_NAP = 3600.0
_AFTER_A_FAULT = 30.0
_log = logging.getLogger("authapi.mail")


class Worker:
    """Runs the sender in a daemon thread: soon after it is woken, and when the next mail is due.

    It begins 0.2 to 1 s after the request that woke it, so that nobody learns from the time of the
    next answer what it does. A process that dies leaves its work to the others: see `look`.

    Args:
        sender: what to run.
        clock: what tells when mails are due.
        on: False leaves all to `flask mail send` (`MAIL_SWEEP=off`).
        jitter: how many seconds later than told it begins.
    """

    def __init__(
        self,
        sender: Sender,
        clock: Clock,
        *,
        on: bool = True,
        jitter: Callable[[], float] = lambda: random.uniform(0.2, 1.0),  # noqa: S311 - no secret
    ) -> None:
        self._sender = sender
        self._clock = clock
        self._on = on
        self._jitter = jitter
        self._begin()
        after_fork_in_child(self._begin)

    def _begin(self) -> None:
        self._changed = threading.Condition()
        self._due: float | None = None  # when to run next, on the monotonic clock
        self._thread: threading.Thread | None = None
        self._looked_at = float("-inf")

    def wake(self, delay: timedelta = timedelta(0)) -> None:
        """Let the sender run, that much later; return at once."""
        if not self._on:
            return
        self._schedule(time.monotonic() + delay.total_seconds() + self._jitter())
        with self._changed:
            if self._thread is None:
                self._thread = self._started()

    def look(self) -> None:
        """Let the sender look for what others left behind, unless it did just now."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self.wake()

    def _started(self) -> threading.Thread | None:
        thread = threading.Thread(target=self._work, name="mail", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # too many threads, or the process is ending: others will look
            return None
        return thread

    def _schedule(self, at: float) -> None:
        with self._changed:
            if self._due is None or at < self._due:
                self._due = at
                self._changed.notify_all()

    def _work(self) -> None:
        while True:
            self._wait()
            nap = self._run()
            if nap is not None:
                self._schedule(time.monotonic() + nap)

    def _wait(self) -> None:
        with self._changed:
            while self._due is None or self._due > time.monotonic():
                self._changed.wait(None if self._due is None else self._due - time.monotonic())
            self._due = None

    def _run(self) -> float | None:
        """Run the sender; return in how many seconds there is more to do, or None for no more."""
        try:
            self._sender.run_once()
            due = self._sender.next_due()
        except Exception as error:
            _log.error("the mails could not be looked after: %s", type(error).__name__)
            return _AFTER_A_FAULT
        if due is None:
            return None
        wait = (due - self._clock()).total_seconds()
        # What is due after a run waits for a server, or for the next hour.
        return min(wait if wait > 0 else LOOK_SECONDS, _LONGEST_NAP) + self._jitter()
