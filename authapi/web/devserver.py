"""What makes `flask run` a good host: it says where it is, and refuses in JSON."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import click
from werkzeug.serving import WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_make_environ = WSGIRequestHandler.make_environ

# http.server fills these in; `code` is a number and `explain` a fixed sentence of its own.
_REFUSAL = json.dumps({"status": "error", "code": "bad_request", "message": "%(code)d %(explain)s"})


_WELCOME = """\
authapi: a development server
  address:       {address}
  documentation: {address}/docs
  database:      {database}
Try, in another terminal:
  curl -s {address}/register -H 'Content-Type: application/json' -d '{{"username": "user1", \
"password": "password123"}}'
  TOKEN=$(curl -s {address}/authenticate -H 'Content-Type: application/json' -d '{{"username": \
"user1", "password": "password123"}}' | python3 -c 'import json, sys; print(json.load(sys.stdin)\
["access_token"])')
  curl -s {address}/protected -H "Authorization: Bearer $TOKEN"
Stop with Ctrl+C; what was stored stays.
"""


def init() -> None:
    """Make werkzeug's server refuse in our shape, and leave the request log to us."""
    WSGIRequestHandler.error_content_type = "application/json"
    WSGIRequestHandler.error_message_format = _REFUSAL
    WSGIRequestHandler.send_error = _refuse  # type: ignore[assignment, method-assign]
    WSGIRequestHandler.make_environ = _environ_as_sent  # type: ignore[assignment, method-assign]
    logging.getLogger("werkzeug").addFilter(_is_not_a_request)


def address() -> str | None:
    """Return the address that `flask run` is about to serve, or None when it is not running."""
    context = click.get_current_context(silent=True)
    if context is None or context.info_name != "run":
        return None
    if context.params.get("reload") and os.environ.get("WERKZEUG_RUN_MAIN") != "true":
        return None  # the reloader's parent serves nothing
    scheme = "https" if context.params.get("cert") else "http"
    return f"{scheme}://{context.params['host']}:{context.params['port']}"


def announce(address: str, database: str, prepare: Callable[[], None]) -> None:
    """Start the database, then say where everything is and three lines to try."""
    click.echo(f"authapi: starting the database ({database}) …", err=True)
    try:
        prepare()
    except Exception as error:
        database = f"NOT THERE: {error}"
    click.echo(_WELCOME.format(address=address, database=database), err=True)


def _refuse(
    handler: BaseHTTPRequestHandler,
    code: int,
    message: str | None = None,
    explain: str | None = None,
) -> None:
    """Refuse a request line that is none: with a status line, and as the client's fault.

    http.server answers one with a strange version bare, or with its own 505.
    """
    handler.request_version = handler.protocol_version
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        code = HTTPStatus.BAD_REQUEST
    BaseHTTPRequestHandler.send_error(handler, code, message, explain)


def _environ_as_sent(handler: WSGIRequestHandler) -> WSGIEnvironment:
    """Return the request's environment with the path as it was sent: http.server drops slashes."""
    environ = _make_environ(handler)
    environ["RAW_URI"] = handler.requestline.split()[1]
    return environ


def _is_not_a_request(record: logging.LogRecord) -> bool:
    return " - - [" not in record.getMessage()
