"""granian's server of worker processes, with its own listening socket and graceful stop.

Private names of granian are used here and nowhere else; tests/serve/test_granian.py says what
breaks when one of them changes.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from granian import _signals
from granian._granian import SocketHolder, WorkerSignal
from granian.server import MPServer, mp
from granian.wsgi import _callback_wrapper

from authapi.server.body import ANSWER
from authapi.server.drain import REPLACED, Drain
from authapi.server.listener import BACKLOG, refuse_new_connections
from authapi.web.logs import JsonFormatter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOGGING = {
    "formatters": {"json": {"()": JsonFormatter}},
    "filters": {"advice": {"()": lambda: _is_no_advice}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["advice"]}
    },
    "loggers": {"_granian": {"handlers": ["console"], "level": "INFO", "propagate": False}},
}
"""granian's log lines, in the service's format; the service itself logs requests."""

SERVER_NAME = "authapi"
"""The header `Server` of answers; otherwise granian would name itself."""


class Server(MPServer):
    """Serves until it is told to stop; then no request that it took is lost.

    granian gives each worker its own listening socket, and closes it when the worker is told to
    stop: the kernel then resets connections that wait in it. Here all workers share one.

    Args:
        drain: the time before the workers stop.
        forget: called with the process id of each worker that was replaced.
    """

    def __init__(
        self,
        listener: socket.socket,
        drain: Drain,
        forget: Callable[[int], object],
        **options: Any,  # noqa: ANN401
    ) -> None:
        super().__init__("wsgi:app", backlog=BACKLOG, **options)
        self._listener = listener
        self._drain = drain
        self._forget = forget
        _signals.set_sync_signals = self._worker_signals
        setattr(mp, "_wsgi_call_wrap", answerable)  # noqa: B010 - not in its stubs

    def _worker_signals(self) -> WorkerSignal:
        stop = WorkerSignal()
        self._drain.prepare_worker(stop.set)
        return stop

    def _init_shared_socket(self) -> None:
        make: Any = SocketHolder  # granian's stubs know of no arguments
        self._shd = make(self._listener.fileno(), False, BACKLOG)
        self._sso: Any = self._listener

    def _respawn_workers(self, workers: list[int], *how: Any, **more: Any) -> None:  # noqa: ANN401
        gone = [self.wrks[index].inner.pid for index in workers]
        for pid in gone:
            with suppress(ProcessLookupError):
                os.kill(pid, REPLACED)
        super()._respawn_workers(workers, *how, **more)
        for pid in gone:
            self._forget(pid)

    def _drop_shared_socket(self) -> None:
        for worker in self.wrks:
            worker.terminate()  # type: ignore[no-untyped-call]
        time.sleep(self._drain.seconds)
        refuse_new_connections(self._listener)
        self._drain.end()
        super()._drop_shared_socket()  # type: ignore[no-untyped-call]


def with_server_header(app: WSGIApplication) -> WSGIApplication:
    """Return `app` with `SERVER_NAME` as the header `Server` of its answers."""

    def naming(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        def answer(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:  # noqa: ANN401
            return start(status, [*headers, ("Server", SERVER_NAME)], *exc_info)

        return app(environ, answer)

    return naming


def answerable(app: WSGIApplication, *options: Any) -> Callable[[Any, dict[str, Any]], Any]:  # noqa: ANN401
    """Return the function that granian calls for each request, in place of its own wrapper.

    It puts a function into the request's environment that answers from any thread; a later answer
    of `app` is dropped.
    """
    call = _callback_wrapper(app, *options)

    def call_answerable(protocol: Any, environ: dict[str, Any]) -> Any:  # noqa: ANN401
        environ[ANSWER] = protocol.response_iter
        return call(protocol, environ)

    return call_answerable


def _is_no_advice(record: logging.LogRecord) -> bool:
    """Say whether a log line is not granian's advice against many threads: most of ours wait."""
    return not record.getMessage().startswith("Configuration allows spawning")
