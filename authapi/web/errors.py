"""Turns exceptions into answers: `status`, `code`, `message`, and their headers."""

import json
import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, MethodNotAllowed, default_exceptions
from werkzeug.http import HTTP_STATUS_CODES

from authapi.core.errors import CATALOGUE, ApiError, ErrorCode, away
from authapi.web import request_id

_log = logging.getLogger("authapi.errors")
_FIRST_FAULT = HTTPStatus.INTERNAL_SERVER_ERROR
_encode = json.JSONEncoder(separators=(",", ":")).encode
_ACCEPTED = {"Accept": "application/json", "Accept-Encoding": "identity"}
"""Headers of a 415: which bodies are accepted (RFC 9110, 15.5.16)."""

_BY_STATUS: Mapping[int, ErrorCode] = {
    HTTPStatus.BAD_REQUEST: ErrorCode.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT: ErrorCode.BAD_REQUEST,
    HTTPStatus.NOT_FOUND: ErrorCode.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: ErrorCode.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ErrorCode.BODY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ErrorCode.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY: ErrorCode.VALIDATION_ERROR,
    HTTPStatus.TOO_MANY_REQUESTS: ErrorCode.RATE_LIMITED,
    HTTPStatus.INTERNAL_SERVER_ERROR: ErrorCode.INTERNAL_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE: ErrorCode.SERVICE_UNAVAILABLE,
}


def init_app(
    app: Flask, database_failures: tuple[type[Exception], ...], explained: type[Exception]
) -> None:
    """Answer every exception that reaches `app` as JSON.

    Args:
        app: the service.
        database_failures: exceptions that become a 503.
        explained: those whose message says why: they are logged without a traceback.
    """
    app.register_error_handler(ApiError, answer)
    app.register_error_handler(HTTPException, answer_http)
    for failure in database_failures:
        app.register_error_handler(failure, lambda error: answer(database_away(error)))
    app.register_error_handler(
        explained, lambda error: answer(database_away(error, explained=True))
    )


def answer(error: ApiError) -> Response:
    """Turn `error` into its answer; a 5xx has the request id for a bug report."""
    body: dict[str, object] = {"status": "error", "code": error.code, "message": error.message}
    if error.errors is not None:
        body["errors"] = error.errors
    if error.details is not None:
        body.update(error.details)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and (ours := request_id.current()):
        body["request_id"] = ours
    response = _as_json(body)
    response.status_code = error.status
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.code is ErrorCode.UNSUPPORTED_MEDIA_TYPE:
        response.headers.update(_ACCEPTED)
    if challenge := _challenge(error):
        response.headers["WWW-Authenticate"] = challenge
    return response


def _as_json(body: dict[str, object]) -> Response:
    """Answer with `body`, whatever the app of a guard that refuses writes JSON with."""
    return current_app.response_class(f"{_encode(body)}\n", mimetype="application/json")


def refusal(error: ApiError) -> HTTPException:
    """Return `error` as werkzeug's exception of its status, with its answer.

    An app's own error handler for that status, or an extension's, may replace the answer.
    """
    response = answer(error)
    refused = default_exceptions[error.status](error.message, response=response)
    told = json.loads(response.get_data())
    refused.data = told  # type: ignore[attr-defined]  # Flask-RESTful reads it
    return refused


def _challenge(error: ApiError) -> str | None:
    """Return the `WWW-Authenticate` of a 401, or of a 403 for a missing role (RFC 6750, 3.1)."""
    if error.code is ErrorCode.FORBIDDEN:
        return f'Bearer error="insufficient_scope", error_description="{error.message}"'
    if error.status != HTTPStatus.UNAUTHORIZED:
        return None
    if error.code in {ErrorCode.INVALID_TOKEN, ErrorCode.TOKEN_EXPIRED}:
        return f'Bearer error="invalid_token", error_description="{error.message}"'
    if error.code is ErrorCode.INSUFFICIENT_USER_AUTHENTICATION:
        wanted = {"error": error.code, **(error.details or {})}  # RFC 9470, 3
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in wanted.items())
    return "Bearer"


def answer_http(error: HTTPException) -> Response:
    """Answer werkzeug's exceptions, and an app's own, as JSON with their headers.

    Such as `Allow`, `Retry-After` and `WWW-Authenticate`.
    """
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return cast(Response, error.get_response())  # with a response of its own, or a redirect
    response = _in_our_shape(error, status)
    headers = Headers(error.get_headers(request.environ))
    headers.remove("Content-Type")
    response.headers.update(headers)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _in_our_shape(error: HTTPException, status: int) -> Response:
    """Answer with the description of `abort`, except of a 5xx, which only the log gets.

    A status without an `ErrorCode` has its phrase as the code; one that is in no list (such as
    419) is an unknown error.
    """
    usual = default_exceptions.get(status, HTTPException).description
    is_told = error.description != usual and status < _FIRST_FAULT
    told = error.description if is_told else None
    known = _BY_STATUS.get(status)
    response = answer(ApiError(known or ErrorCode.BAD_REQUEST, message=told))
    if known is None:
        phrase = HTTP_STATUS_CODES.get(status, "Unknown error")
        name = re.sub(r"\W+", "_", phrase).lower()
        response = _as_json({"status": "error", "code": name, "message": told or f"{phrase}."})
    response.status_code = status
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def database_away(error: Exception, *, explained: bool = False) -> ApiError:
    """Log a failure of the database; return the 503 for the client.

    Args:
        error: the exception.
        explained: whether its message says why; else its traceback is logged.
    """
    what = error if explained else type(error).__name__
    _log.error("the database is unavailable: %s", what, exc_info=None if explained else error)
    return away()


def describe(code: ErrorCode) -> dict[str, object]:
    """Return an example of the body for `code`, for the API description."""
    kind = CATALOGUE[code]
    body: dict[str, object] = {"status": "error", "code": code, "message": kind.message}
    if code is ErrorCode.VALIDATION_ERROR:
        body["message"] = "Password must be at least 8 characters long."
        body["errors"] = {"password": [body["message"]]}
    if code is ErrorCode.INSUFFICIENT_USER_AUTHENTICATION:
        body["max_age"] = 600
    if code is ErrorCode.SECOND_FACTOR_REQUIRED:
        body |= {"mfa_token": "eyJhbGciOiJIUzI1NiIsImtpZCI6…", "expires_in": 300}
        body["factors"] = ["totp", "recovery_code"]
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        body["request_id"] = "c0ffee00c0ffee00c0ffee00"
    return body
