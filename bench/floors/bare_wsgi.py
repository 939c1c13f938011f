"""A WSGI callable that answers as many bytes of JSON as `/protected` does, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

_BODY = b'{"status":"ok","message":"Hello, user0000001!"}'
_HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(_BODY)))]


def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer."""
    start_response("200 OK", _HEADERS)
    return [_BODY]
