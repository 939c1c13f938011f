"""HTTP in and out of introspection: `/introspect`, `/verify`, the metadata."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import Response, current_app, jsonify, request

from authapi.core.errors import ErrorCode
from authapi.introspection.rules import METADATA, ROLES, USER, USER_ID, forwarded_headers
from authapi.introspection.schemas import (
    IntrospectionSchema,
    MetadataSchema,
    TokenSchema,
    VerifySchema,
)
from authapi.introspection.service import Introspection
from authapi.web.bearer import current_identity, guarded, require_role, token_required
from authapi.web.body import Blueprint
from authapi.web.openapi import BEARER, SERVICE, TOKEN_ERRORS, documented, failures
from authapi.web.services import service

P = ParamSpec("P")
R = TypeVar("R")

blueprint = Blueprint("introspection", __name__)

_TELLS = {
    USER: "The name, percent-encoded UTF-8.",
    USER_ID: "The permanent id.",
    ROLES: "The roles, with commas between; empty without any.",
}

_ACTIVE = {
    "status": "ok",
    "active": True,
    "token_type": "Bearer",
    "iss": "authapi",
    "aud": "authapi",
    "sub": "user1",
    "username": "user1",
    "uid": "da36b7ab8a81eedb7b0b2037",
    "sid": "D274Vyd-xu0LUeEJjlMMsQ",
    "jti": "kWb3CXzVZTyPd8-q",
    "iat": 1795370920,
    "exp": 1795371820,
    "auth_time": 1795370920,
    "amr": ["pwd"],
    "acr": "aal1",
    "roles": ["editor"],
}
_METADATA: dict[str, object] = {
    "issuer": "https://auth.example",
    "response_types_supported": [],
    "grant_types_supported": [],
    "jwks_uri": "https://auth.example/.well-known/jwks.json",
    "access_token_signing_alg_values_supported": ["EdDSA"],
    "introspection_endpoint": "https://auth.example/introspect",
    "introspection_endpoint_auth_methods_supported": ["client_secret_basic"],
}


@blueprint.route("/verify", methods=["GET"])
@token_required
@blueprint.arguments(VerifySchema, location="query")
@Blueprint.doc(
    responses={
        204: {
            "description": "The token is good.",
            "headers": {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in _TELLS.items()
            },
        },
        **failures(
            ErrorCode.VALIDATION_ERROR,
            ErrorCode.FORBIDDEN,
            *TOKEN_ERRORS,
            ErrorCode.INTERNAL_ERROR,
        ),
    },
    security=BEARER,
    operationId="verify",
)
def verify(asked: dict[str, Any]) -> Response:
    """Say in headers whose access token it is, for a reverse proxy; `role` requires a role."""
    if asked["role"]:
        require_role(current_identity, frozenset(asked["role"]))
    answer = current_app.response_class(status=204, headers=forwarded_headers(current_identity))
    del answer.headers["Content-Type"]
    return answer


# Some proxies ask with the method of the request that they hold back. Flask's own answer to OPTIONS
# is a 200: it would let that request pass without a token, and with a client's own headers.
verify.provide_automatic_options = False  # type: ignore[attr-defined]
verify.required_methods = {"OPTIONS"}  # type: ignore[attr-defined]


def _for_services(view: Callable[P, R]) -> Callable[P, R]:
    """Let only services ask that send the credential."""

    def check() -> None:
        service(Introspection).admit(request.headers.get("Authorization", ""))

    return guarded(view, check)


@blueprint.route("/introspect", methods=["POST"])
@_for_services
@blueprint.arguments(TokenSchema, location="form")
@documented(
    IntrospectionSchema,
    _ACTIVE,
    ErrorCode.MISSING_TOKEN,
    ErrorCode.INVALID_TOKEN,
    ErrorCode.NOT_FOUND,
    ErrorCode.BODY_TOO_LARGE,
    ErrorCode.VALIDATION_ERROR,
    ErrorCode.SERVICE_UNAVAILABLE,
    security=SERVICE,
    operationId="introspect",
)
def introspect(form: dict[str, str]) -> dict[str, object]:
    """Tell another service whether an access token is good, and what it says (RFC 7662).

    The service sends `INTROSPECTION_SECRET`; where that is not set, this is a 404.
    """
    return {**service(Introspection).introspect(form["token"]), "status": "ok"}


@blueprint.route(METADATA, methods=["GET"])
@documented(MetadataSchema, _METADATA, ErrorCode.NOT_FOUND, operationId="getMetadata")
def show_metadata() -> Response:
    """Tell other services where the keys and endpoints are (RFC 8414).

    Where `JWT_ISSUER` is not an https address, this is a 404.
    """
    return jsonify(service(Introspection).metadata())
