"""Changes werkzeug's server under `flask run`: JSON refusals, no request log of its own."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_make_environ = WSGIRequestHandler.make_environ

# http.server fills these in; `code` is a number and `explain` a fixed sentence of its own.
_REFUSAL = json.dumps({"status": "error", "code": "bad_request", "message": "%(code)d %(explain)s"})


def init() -> None:
    """Let werkzeug's server refuse in JSON, and leave the request log to the service."""
    WSGIRequestHandler.error_content_type = "application/json"
    WSGIRequestHandler.error_message_format = _REFUSAL
    WSGIRequestHandler.send_error = _refuse  # type: ignore[assignment, method-assign]
    WSGIRequestHandler.make_environ = _environ_as_sent  # type: ignore[assignment, method-assign]
    logging.getLogger("werkzeug").addFilter(_is_not_a_request)


def _refuse(
    handler: BaseHTTPRequestHandler,
    code: int,
    message: str | None = None,
    explain: str | None = None,
) -> None:
    """Refuse an invalid request line with a status line, as a 4xx.

    http.server answers an unknown version without a status line, or with a 505.
    """
    handler.request_version = handler.protocol_version
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        code = HTTPStatus.BAD_REQUEST
    BaseHTTPRequestHandler.send_error(handler, code, message, explain)


def _environ_as_sent(handler: WSGIRequestHandler) -> WSGIEnvironment:
    """Return the environment with the path as it was sent: http.server drops slashes."""
    environ = _make_environ(handler)
    environ["RAW_URI"] = handler.requestline.split()[1]
    return environ


def _is_not_a_request(record: logging.LogRecord) -> bool:
    return " - - [" not in record.getMessage()
