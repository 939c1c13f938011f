"""How a worker stops: for a moment it announces the end with every answer, then it stops."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SETTLE_SECONDS = 0.25
"""How long a connection made just before the end has for its request to arrive."""


class Drain:
    """The time between the signal to stop and the stop: answers carry `Connection: close`.

    A client that keeps its connection learns so that its next request needs another one (RFC 9112,
    9.6). Without this it would find out by a reset.

    Made in the server, before any worker is forked.

    Args:
        seconds: how long that lasts.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun = threading.Event()
        # Only the server keeps the end for writing open: when it dies, reading meets the end.
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
        """In a worker: begin at SIGTERM, SIGINT or the server's death, and call `stop` at the end.

        Args:
            stop: ends the worker; called once.
        """

        def begin(_sign: int = 0, _frame: FrameType | None = None) -> None:
            if not self._begun.is_set():
                self._begun.set()
                threading.Timer(self.seconds + SETTLE_SECONDS, stop).start()

        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, begin)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the server's alone: new workers
        os.close(self._kept_by_server)
        threading.Thread(target=self._begin_when_orphaned, args=(begin,), daemon=True).start()

    def _begin_when_orphaned(self, begin: Callable[[], None]) -> None:
        os.read(self._server_lives, 1)
        begin()
