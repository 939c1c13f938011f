"""Reads request bodies as strict JSON, and reports invalid ones as `ApiError`."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, cast

import flask
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.local import LocalProxy

from authapi.core.errors import ApiError, ErrorCode
from authapi.web.problems import by_field, first_problem
from authapi.web.schemas import IDEMPOTENCY_KEY, IdempotencySchema, OptionalBodySchema

MAX_DEPTH = 32
"""Levels to which a body may be nested, on every version of Python."""

MAX_DRAINED_BYTES = 1024 * 1024
"""Longest refused body, in bytes, that is still read to its end."""

_CHUNK = 64 * 1024
_COMPRESSED = "The request body must not be compressed: send it without Content-Encoding."


class StrictParser(FlaskParser):
    """webargs' parser, which refuses what JSON libraries accept beyond RFC 8259 (S17)."""

    def get_default_request(self) -> flask.Request:
        """Return the request, not its proxy, which takes longer for each attribute."""
        proxy = cast("LocalProxy[flask.Request]", flask.request)
        return proxy._get_current_object()

    def parse(
        self,
        argmap: Any,  # noqa: ANN401 - as webargs takes it
        req: flask.Request | None = None,
        **options: Any,  # noqa: ANN401 - as webargs takes them
    ) -> Any:  # noqa: ANN401 - whatever the schema loads
        """Parse as webargs does, but skip the headers of a request without an Idempotency-Key."""
        request = req or self.get_default_request()
        if isinstance(argmap, IdempotencySchema) and IDEMPOTENCY_KEY not in request.headers:
            return {}
        return super().parse(argmap, request, **options)

    def load_json(self, req: flask.Request, schema: Schema) -> Any:  # noqa: ANN401 - any JSON value
        """Return the body; an optional one that is missing is an empty object."""
        if isinstance(schema, OptionalBodySchema) and _is_left_out(req):
            return {}
        return super().load_json(req, schema)

    def _raw_load_json(self, req: flask.Request) -> Any:  # noqa: ANN401 - any JSON value
        if req.mimetype != "application/json":
            raise ApiError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
        if req.environ.get("HTTP_CONTENT_ENCODING", "").lower() not in {"", "identity"}:
            raise ApiError(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message=_COMPRESSED)
        return parse_json(whole_body(req))

    def handle_error(
        self,
        error: ValidationError,
        req: flask.Request,
        schema: Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        """Raise `validation_error`; its message is the first problem."""
        errors = by_field(error.messages)
        raise ApiError(ErrorCode.VALIDATION_ERROR, message=first_problem(errors), errors=errors)


class Blueprint(SmorestBlueprint):
    """A blueprint whose `@arguments` parse strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def undescribed(self, rule: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a view for browsers at `rule`, without describing it as an operation of the API.

        Otherwise a generated client would have a function for it.
        """

        def register(view: Callable[..., Any]) -> Callable[..., Any]:
            flask.Blueprint.add_url_rule(self, rule, view_func=view, methods=["GET"])
            return view

        return register

    def arguments(
        self,
        schema: Schema | type[Schema],
        *,
        location: str = "json",
        **options: Any,  # noqa: ANN401 - as flask-smorest takes them
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Read a view's arguments by `schema`.

        A class is instantiated once, here: webargs does it for each request, which took a tenth of
        `/refresh`.
        """
        instance = schema() if isinstance(schema, type) else schema
        if isinstance(instance, OptionalBodySchema):
            options["required"] = False
        return super().arguments(instance, location=location, **options)


def _is_left_out(req: flask.Request) -> bool:
    return not req.content_length and "HTTP_TRANSFER_ENCODING" not in req.environ


def whole_body(req: flask.Request) -> bytes:
    """Read the body; one over `MAX_BODY_BYTES` is a 413, chunked ones as well (S9)."""
    try:
        raw = req.get_data(cache=False)
        if req.content_length is None:
            req.stream.read(
                1
            )  # werkzeug cuts chunked bodies at the cap, and refuses only to read on
    except RequestEntityTooLarge:
        _drain(req)
        raise
    return raw


def _drain(req: flask.Request) -> None:
    """Read and drop the rest of a refused body, up to `MAX_DRAINED_BYTES`.

    A server that closes a connection with unread bytes resets it, and the client may never see the
    answer (RFC 9112, 9.6).
    """
    left = req.content_length or 0
    if left > MAX_DRAINED_BYTES:
        return
    while left > 0 and (chunk := req.environ["wsgi.input"].read(min(left, _CHUNK))):
        left -= len(chunk)


def parse_json(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read one JSON value from UTF-8, as RFC 8259 and RFC 7493 have it.

    A byte order mark before it is ignored, as RFC 8259, 8.1 allows.

    Raises:
        ApiError: `malformed_json`, also for NaN, duplicate names, lone surrogates and numbers or
            nesting beyond reason.
    """
    try:
        value = _decode(raw.decode("utf-8-sig"))
        _refuse_deep(value, MAX_DEPTH)
        # fails on a lone surrogate, and on a number that became infinite
        _encode(value).encode("utf-8")
    except (ValueError, RecursionError):
        raise ApiError(ErrorCode.MALFORMED_JSON) from None
    return value


def _refuse_deep(value: Any, levels: int) -> None:  # noqa: ANN401 - any JSON value
    if not isinstance(value, dict | list):
        return
    if levels == 0:
        raise ValueError("nested too deeply")
    for inner in value.values() if isinstance(value, dict) else value:
        _refuse_deep(inner, levels - 1)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("duplicate name")
    return names


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant).decode
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
