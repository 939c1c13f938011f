"""The API description (OpenAPI 3.1), by flask-smorest, with the service's error answers."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import flask_smorest as smorest
from flask import Flask
from flask_smorest import Api
from marshmallow import Schema, fields

from authapi.core.errors import CATALOGUE, ErrorCode
from authapi.web.body import Blueprint
from authapi.web.errors import describe

_DESCRIPTION = """\
Accounts and JWTs: register, log in, refresh, log out, and a resource that requires a token.

Every answer is a JSON object with a `status`: `ok`, or `error` with a stable `code` and a
`message` for people. Every answer names its request in `X-Request-ID`.
"""
_BODY_ERRORS = (
    ErrorCode.MALFORMED_JSON,
    ErrorCode.BODY_TOO_LARGE,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.VALIDATION_ERROR,
    ErrorCode.RATE_LIMITED,
    ErrorCode.SERVICE_UNAVAILABLE,
)
TOKEN_ERRORS = (
    ErrorCode.MISSING_TOKEN,
    ErrorCode.INVALID_TOKEN,
    ErrorCode.TOKEN_EXPIRED,
    ErrorCode.RATE_LIMITED,
    ErrorCode.SERVICE_UNAVAILABLE,
)
WRONG_SECOND_STEP = (
    (ErrorCode.INVALID_CODE, HTTPStatus.UNAUTHORIZED),
    (ErrorCode.INVALID_PASSKEY, HTTPStatus.UNAUTHORIZED),
)
PASSKEY_ERRORS = (
    ErrorCode.SECOND_FACTOR_REQUIRED,
    (ErrorCode.INVALID_PASSKEY, HTTPStatus.UNAUTHORIZED),
)
SECOND_STEP_ERRORS = (ErrorCode.SECOND_FACTOR_REQUIRED, *WRONG_SECOND_STEP)
"""Failures of what asks for the password, where the account has a second step."""
RECENT_LOGIN_ERRORS = (
    ErrorCode.INVALID_CREDENTIALS,
    ErrorCode.INSUFFICIENT_USER_AUTHENTICATION,
    *SECOND_STEP_ERRORS,
)
"""Failures of what asks for a recent login or the password."""

Failure = ErrorCode | tuple[ErrorCode, HTTPStatus]
BEARER: list[dict[str, list[str]]] = [{"bearerAuth": []}]
SERVICE: list[dict[str, list[str]]] = [{"serviceCredential": []}]
_HEADERS = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate", "The challenge (RFC 6750, 3; RFC 9470, 3)."),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After", "Seconds to wait."),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After", "Seconds to wait."),
}


class ErrorSchema(Schema):
    """The body of every failure."""

    status = fields.String(required=True, metadata={"enum": ["error"]})
    code = fields.String(required=True, metadata={"enum": [code.value for code in ErrorCode]})
    message = fields.String(required=True, metadata={"description": "For people; may be shown."})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "With `validation_error`: field name to messages."},
    )
    max_age = fields.Integer(
        metadata={
            "description": "With `insufficient_user_authentication`: seconds since the login."
        }
    )
    acr_values = fields.String(
        metadata={"description": "With it, where a second factor is asked for: `aal2`."}
    )
    mfa_token = fields.String(
        metadata={"description": "With `second_factor_required`: for `/authenticate/second`."}
    )
    expires_in = fields.Integer(metadata={"description": "Seconds that `mfa_token` is good."})
    factors = fields.List(
        fields.String(),
        metadata={
            "description": "With `second_factor_required`: what is accepted, such as `totp`,"
            " `recovery_code`, `passkey`; `password` where a passkey alone is not enough."
        },
    )
    clock_off_seconds = fields.Integer(
        metadata={"description": "With `invalid_code`: how far ahead the device's clock is."}
    )
    request_id = fields.String(metadata={"description": "With a 5xx: for the bug report."})


class _Api(Api):
    """flask-smorest's API without its error handler, which would drop headers."""

    ERROR_SCHEMA = ErrorSchema
    DEFAULT_ERROR_RESPONSE_NAME = None  # each operation lists its failures instead

    def _register_error_handlers(self) -> None:
        pass

    def _register_pagination_header(self) -> None:
        pass  # it is not used; generated clients would get a model for it


def create_api(app: Flask, version: str) -> Api:
    """Return the flask-smorest API of `app`; register blueprints on it to describe them."""
    app.config["API_TITLE"] = "authapi"
    app.config["API_VERSION"] = version
    app.config["OPENAPI_VERSION"] = "3.1.0"
    api = _Api(
        app,
        spec_kwargs={
            "info": {"description": _DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
        },
    )
    api.spec.components.security_scheme(
        "bearerAuth",
        {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access_token` of `/authenticate` or `/refresh`.",
        },
    )
    api.spec.components.security_scheme(
        "serviceCredential",
        {
            "type": "http",
            "scheme": "basic",
            "description": "Any name, and `INTROSPECTION_SECRET`; or that as a bearer token.",
        },
    )
    return api


def describe_own(api: Api, app: Flask) -> None:
    """Describe the views of flask-smorest's blueprints that an app registered on `app` itself."""
    described = app.extensions["flask-smorest"]["blp_name_to_api"]
    for name, blueprint in app.blueprints.items():
        if name in described or "." in name:  # the outer blueprint describes a nested one
            continue
        if isinstance(blueprint, smorest.Blueprint):
            blueprint.register_views_in_doc(api, app, api.spec, name=name, parameters=None)
            api.spec.tag({"name": name, "description": blueprint.description})


def documented(
    schema: type[Schema],
    example: Mapping[str, object],
    *errors: Failure,
    body: bool = False,
    token: bool = False,
    **operation: Any,  # noqa: ANN401 - any member of an OpenAPI operation
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Describe a view's answers in the API description; it does not change the view.

    Args:
        schema: of the success.
        example: of the success.
        errors: further failures of this view, besides `internal_error`; with a status, where it is
            not that of `CATALOGUE`.
        body: whether the view reads a JSON body; adds the failures of bodies.
        token: whether it requires an access token; adds the failures of tokens.
        operation: further members of the OpenAPI operation, such as another `security`.
    """
    codes = [
        *errors,
        *(TOKEN_ERRORS if token else ()),
        *(_BODY_ERRORS if body else ()),
        ErrorCode.INTERNAL_ERROR,
    ]
    worked: dict[str, object] = {
        "description": "It worked.",
        "content": {"application/json": {"schema": schema, "example": example}},
    }
    responses = {200: worked, **failures(*codes)}
    described: Callable[[Callable[..., Any]], Callable[..., Any]] = Blueprint.doc(
        responses=responses, **{"security": BEARER if token else [], **operation}
    )
    return described


def failures(*found: Failure) -> dict[int, dict[str, object]]:
    """Return the description of each failure, by its status."""
    by_status: dict[HTTPStatus, list[ErrorCode]] = {}
    for failure in found:
        code, status = failure if isinstance(failure, tuple) else (failure, None)
        by_status.setdefault(status or CATALOGUE[code].status, []).append(code)
    return {int(status): _failure(status, by_status[status]) for status in sorted(by_status)}


def _failure(status: HTTPStatus, codes: list[ErrorCode]) -> dict[str, object]:
    response: dict[str, object] = {
        "description": " ".join(CATALOGUE[code].message for code in codes),
        "content": {
            "application/json": {
                "schema": ErrorSchema,
                "examples": {code.value: {"value": describe(code)} for code in codes},
            }
        },
    }
    if status in _HEADERS:
        name, meaning = _HEADERS[status]
        response["headers"] = {name: {"description": meaning, "schema": {"type": "string"}}}
    return response
