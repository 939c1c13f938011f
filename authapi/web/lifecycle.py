"""What happens around every request: it gets an id, its answer gets headers and a log line."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import Flask, Request

from authapi.database import RequestScope
from authapi.web import headers, request_id
from authapi.web.shared import share

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger("authapi.request")
_READS = {"GET", "HEAD", "OPTIONS"}


Observer = Callable[["WSGIEnvironment", int, float], None]
"""Called for every answer, with the WSGI environment, the status code and the seconds it took."""


def init_app(
    app: Flask,
    *observers: Observer,
    secure: Callable[[headers.Headers], headers.Headers],
    afterwards: Callable[[], None],
) -> None:
    """Surround every request of `app`; refusals and faults pass here as well (S73).

    Args:
        app: the service.
        observers: called for every answer.
        secure: lists the headers to add to an answer.
        afterwards: called after each answer that used the database without a failure; must raise
            nothing.
    """
    app.wsgi_app = Lifecycle(  # type: ignore[method-assign]
        app.wsgi_app, (_log_request, *observers), afterwards, secure
    )


class Lifecycle:
    """WSGI middleware around the app; quicker than Flask's hooks."""

    def __init__(
        self,
        app: WSGIApplication,
        observers: Sequence[Observer],
        afterwards: Callable[[], None],
        secure: Callable[[headers.Headers], headers.Headers],
    ) -> None:
        self._app = app
        self._observers = observers
        self._afterwards = afterwards
        self._secure = secure

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        started = time.perf_counter()
        ours = request_id.choose(environ.get("HTTP_X_REQUEST_ID"))
        share(environ, request_id.KEY, ours)

        def respond(status: str, sent: list[tuple[str, str]], *exc_info: Any) -> Any:  # noqa: ANN401
            whole = [*sent, *self._secure(sent), (request_id.HEADER, ours)]
            for observe in self._observers:
                observe(environ, int(status[:3]), time.perf_counter() - started)
            return start_response(status, whole, *exc_info)

        with RequestScope() as scope:
            answer = self._app(environ, respond)
            if scope.spent and not scope.failed:
                self._afterwards()
            return answer


def _log_request(environ: WSGIEnvironment, status: int, seconds: float) -> None:
    """Log an answered request; successful reads are logged at DEBUG only.

    On a busy server `/protected` and `/healthz` would be most of the log, and logging a fifth of
    their time.
    """
    went_well = status < 400
    level = logging.DEBUG if went_well and environ["REQUEST_METHOD"] in _READS else logging.INFO
    if not _log.isEnabledFor(level):
        return
    asked: Request | None = environ.get("werkzeug.request")
    fields = {
        "method": environ["REQUEST_METHOD"],
        "path": asked.path[:200] if asked else None,
        "endpoint": asked.endpoint if asked else None,
        "status": status,
        "duration_ms": round(seconds * 1000, 2),
        "remote_addr": environ.get("REMOTE_ADDR"),
    }
    _log.log(level, "request", extra={"fields": fields})
