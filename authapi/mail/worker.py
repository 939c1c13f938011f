"""The threads that send: a few in each process, started when they are first needed."""

import contextlib
import heapq
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
"""How often a process that serves requests looks for due mails of dead processes."""

RELIEF_SECONDS = 0.75
"""How long a mail may take before another thread sends the others that are due."""

MOST_THREADS = 4
"""The most mails that wait for a mail server at once; further ones wait for these."""

_LONGEST_NAP = 3600.0
_AFTER_A_FAULT = 30.0
_log = logging.getLogger("authapi.mail")


class Worker:
    """Runs the sender in daemon threads: soon after it is woken, and when the next mail is due.

    It begins 0.2 to 1 s after the request that woke it, so that the time of the next answer does
    not tell whether a mail is sent. A slow mail server does not delay other mails: an idle thread
    takes over (S98). Other processes do the work of a dead one, see `look`.

    Args:
        on: False leaves all to `flask mail send` (`MAIL_SWEEP=off`).
        jitter: returns the seconds by which it begins later than asked.
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
        # When to run, on the monotonic clock: as asked, for the next due mail, to relieve a thread
        self._wakes: list[float] = []
        self._nap_ends: float | None = None
        self._relief: tuple[float, int] | None = None
        self._threads = self._idle = 0
        self._looked_at = float("-inf")

    def wake(self, delay: timedelta = timedelta(0)) -> None:
        """Have the sender run after that time; return at once."""
        if not self._on:
            return
        at = time.monotonic() + delay.total_seconds() + self._jitter()
        with self._changed:
            heapq.heappush(self._wakes, at)  # each one is kept: its notice is not due any earlier
            self._changed.notify_all()
            if not self._threads:
                self._start()

    def look(self) -> None:
        """Have the sender look for due mails of dead processes, unless it did just now."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self.wake()

    def _start(self) -> None:
        """Start one more thread; when that fails, another process will do the work."""
        thread = threading.Thread(target=self._work, name="mail", daemon=True)
        with contextlib.suppress(RuntimeError):
            thread.start()
            self._threads += 1
            self._idle += 1

    def _work(self) -> None:
        while True:
            self._wait()
            nap = self._run()
            with self._changed:
                self._idle += 1
                self._rest(time.monotonic() + nap if nap is not None else None)

    def _wait(self) -> None:
        """Wait for the next run; have another thread wait to relieve this one."""
        with self._changed:
            while (at := self._next()) is None or at > (now := time.monotonic()):
                self._changed.wait(None if at is None else at - now)
            while self._wakes and self._wakes[0] <= now:
                heapq.heappop(self._wakes)
            self._nap_ends = None  # the run finds that out itself
            self._guard()
            self._idle -= 1
            if not self._idle and self._threads < MOST_THREADS:
                self._start()

    def _guard(self) -> None:
        """Have this thread relieved, unless it comes to the next mail soon."""
        with self._changed:
            self._relief = time.monotonic() + RELIEF_SECONDS, threading.get_ident()
            self._changed.notify_all()

    def _go_on(self) -> None:
        with self._changed:
            if self._is_guarded():
                self._guard()

    def _rest(self, until: float | None) -> None:
        if self._is_guarded():
            self._relief = None
        if until is not None and (self._nap_ends is None or until < self._nap_ends):
            self._nap_ends = until
            self._changed.notify_all()

    def _is_guarded(self) -> bool:
        """Whether another thread is to relieve this one."""
        return self._relief is not None and self._relief[1] == threading.get_ident()

    def _next(self) -> float | None:
        times = [*self._wakes[:1], self._nap_ends, self._relief[0] if self._relief else None]
        return min((at for at in times if at is not None), default=None)

    def _run(self) -> float | None:
        """Run the sender; return in how many seconds there is more to do, or None for no more."""
        try:
            self._sender.run_once(self._go_on)
            due = self._sender.next_due()
        except Exception as error:
            _log.error("the mails could not be looked after: %s", type(error).__name__)
            return _AFTER_A_FAULT
        if due is None:
            return None
        wait = (due - self._clock()).total_seconds()
        # What is due after a run waits for a server, or for the next hour.
        return min(wait if wait > 0 else LOOK_SECONDS, _LONGEST_NAP) + self._jitter()
