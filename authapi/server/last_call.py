"""How a worker stops: it says so with every answer for a moment, and only then stops listening."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any

from granian._granian import WorkerSignal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SETTLE_SECONDS = 0.25
"""How long a connection made just before the end has for its request to arrive."""


class LastCall:
    """Between the signal to stop and the stop: answers carry `Connection: close`.

    A client that is in the middle of things learns so that its next request needs another
    connection (RFC 9112, 9.6). Without this it would find out by a reset.

    Args:
        seconds: how long that lasts.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun = threading.Event()

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """Return `app`, with `Connection: close` on its answers once the last call has begun."""
        begun = self._begun

        def announcing(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            if not begun.is_set():
                return app(environ, start)

            def last(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:  # noqa: ANN401
                return start(status, [*headers, ("Connection", "close")], *exc_info)

            return app(environ, last)

        return announcing

    def signals(self) -> WorkerSignal:
        """Return what stops this worker, some time after SIGTERM, SIGINT or the server's death."""
        stop = WorkerSignal()

        def begin(_sign: int = 0, _frame: FrameType | None = None) -> None:
            if not self._begun.is_set():
                self._begun.set()
                threading.Timer(self.seconds + SETTLE_SECONDS, stop.set).start()

        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, begin)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the server's alone: new workers
        threading.Thread(target=_when_orphaned, args=(begin,), daemon=True).start()
        return stop


def _when_orphaned(begin: Callable[[], None]) -> None:
    if (server := multiprocessing.parent_process()) is not None:
        server.join()
        begin()
