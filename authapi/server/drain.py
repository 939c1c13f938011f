"""How a worker stops: it drains, with `Connection: close` on its last answers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SETTLE_SECONDS = 0.25
"""Seconds that granian needs to count a request that it has just read as its own."""

SILENCE_SECONDS = 2.0
"""Seconds that a connection made just before the end has to send its request."""

REPLACED = signal.SIGUSR1
"""The signal to a worker that is replaced, sent before the signal to stop."""

_STEP_SECONDS = 0.01


class Drain:
    """The time between the signal to stop and the stop: answers carry `Connection: close`.

    So a client that keeps its connection opens another one for its next request (RFC 9112, 9.6).
    Without this its request would meet a reset.

    A worker ends when the server says that no new connection can be made, not after a time: on a
    busy machine the server may be late, and connections that no worker accepts are reset.

    Made in the server, before any worker is forked.

    Args:
        seconds: how long the server lets it last.
        longest: how many seconds a worker waits for the server at most.
        waiting: returns how many connections wait to be accepted.
        unheard: returns how many accepted connections of this worker have sent no request yet.
    """

    def __init__(
        self,
        seconds: float,
        longest: float,
        waiting: Callable[[], int],
        unheard: Callable[[], int],
    ) -> None:
        self.seconds = seconds
        self._longest = longest
        self._waiting = waiting
        self._unheard = unheard
        self._begun = threading.Event()
        self._begun_at = 0.0
        self._replaced = False
        # Only the server keeps the writing end open: workers read the end of the file when the
        # server closes that, or dies.
        self._server_lives, self._kept_by_server = os.pipe()

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """Return `app`, with `Connection: close` on its answers once the drain has begun."""
        begun = self._begun

        def announcing(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            if not begun.is_set():
                return app(environ, start)

            def last(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:  # noqa: ANN401
                return start(status, [*headers, ("Connection", "close")], *exc_info)

            return app(environ, last)

        return announcing

    def prepare_worker(self, stop: Callable[[], object]) -> None:
        """In a worker: drain at SIGTERM, SIGINT or the server's death, then call `stop`.

        Args:
            stop: ends the worker; may be called twice.
        """

        def begin(_sign: int = 0, _frame: FrameType | None = None) -> None:
            if not self._begun.is_set():
                self._begin_now()
                alone = self.seconds + SETTLE_SECONDS
                threading.Timer(alone if self._replaced else self._longest, stop).start()

        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, begin)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # only the server handles it: new workers
        signal.signal(REPLACED, self._note_successor)
        os.close(self._kept_by_server)
        threading.Thread(target=self._stop_when_told, args=(stop,), daemon=True).start()

    def _note_successor(self, _sign: int, _frame: FrameType | None) -> None:
        self._replaced = True  # others go on accepting, so the server does not say that it ends

    def end(self) -> None:
        """In the server: tell the workers that no new connection can be made."""
        os.close(self._kept_by_server)

    def _begin_now(self) -> None:
        self._begun_at = time.monotonic()
        self._begun.set()

    def _stop_when_told(self, stop: Callable[[], object]) -> None:
        os.read(self._server_lives, 1)
        if not self._begun.is_set():  # the server was killed
            self._begin_now()
        # The signal may have reached this worker late: it drains all the same.
        time.sleep(max(0.0, self._begun_at + self.seconds - time.monotonic()))
        while self._waiting():
            time.sleep(_STEP_SECONDS)
        deadline = time.monotonic() + SILENCE_SECONDS
        while self._unheard() and time.monotonic() < deadline:
            time.sleep(_STEP_SECONDS)
        time.sleep(SETTLE_SECONDS)
        stop()
