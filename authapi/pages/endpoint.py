"""Passes a form to a JSON endpoint of this service (S146).

The endpoint's own view answers, with its schema, its limits and its events, as if the browser had
sent JSON: so a page cannot have a rule of its own.
"""

import io
import json
from collections.abc import Mapping

from flask import Response, current_app, request

from authapi.core.errors import ErrorCode
from authapi.pages.models import Outcome

_OF_THE_FORM = (
    "HTTP_AUTHORIZATION",
    "HTTP_CONTENT_ENCODING",
    "HTTP_TRANSFER_ENCODING",
    "RAW_URI",
    "REQUEST_URI",
    "werkzeug.request",
    "wsgi.input_terminated",
)


def ask(path: str, values: Mapping[str, str]) -> Outcome:
    """Return how the endpoint at `path` answers a POST of `values` by the same client."""
    raw = json.dumps(values).encode()
    environ = {name: value for name, value in request.environ.items() if name not in _OF_THE_FORM}
    environ.update(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(raw)),
            "wsgi.input": io.BytesIO(raw),
        }
    )
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.request_context(environ):
        try:
            answer = app.full_dispatch_request()
        except Exception as fault:
            answer = app.handle_exception(fault)
        return _outcome(answer)


def _outcome(answer: Response) -> Outcome:
    if answer.status_code < 400:
        return Outcome(answer.status_code)
    body = answer.get_json(silent=True) or {}  # an app's error handler may answer something else
    return Outcome(
        answer.status_code,
        body.get("code", ErrorCode.INTERNAL_ERROR),
        body.get("errors"),
        answer.headers.get("Retry-After"),
    )
