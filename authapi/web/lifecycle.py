"""What happens around every request: an id on the way in, headers and a log line on the way out."""

import logging
import time
from collections.abc import Callable

from flask import Flask, Response, g, request

from authapi.web import headers, request_id

_log = logging.getLogger("authapi.request")


def init_app(app: Flask, cors: Callable[[Response], None], *, https_only: bool) -> None:
    """Surround every request of `app`; refusals and faults pass here as well (S71, S73)."""

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = request_id.choose(request.headers.get(request_id.HEADER))

    @app.after_request
    def finish(response: Response) -> Response:
        headers.secure(response, https_only=https_only)
        cors(response)
        response.headers[request_id.HEADER] = g.request_id
        _log.info("request", extra={"fields": _line(response)})
        return response


def _line(response: Response) -> dict[str, object]:
    return {
        "method": request.method,
        "path": request.path[:200],
        "endpoint": request.endpoint,
        "status": response.status_code,
        "duration_ms": round((time.perf_counter() - g.started) * 1000, 2),
        "remote_addr": request.remote_addr,
    }
