"""HTTP in and out of questions about tokens."""

from typing import Any

from flask import Response, current_app

from authapi.core.errors import ErrorCode
from authapi.introspection.rules import ROLES, USER, USER_ID, forwarded_headers
from authapi.introspection.schemas import VerifySchema
from authapi.web.bearer import current_identity, require_role, token_required
from authapi.web.body import Blueprint
from authapi.web.openapi import BEARER, TOKEN_ERRORS, failures

blueprint = Blueprint("introspection", __name__)

_TELLS = {
    USER: "The name, percent-encoded UTF-8.",
    USER_ID: "The permanent id.",
    ROLES: "The roles, with commas between; empty without any.",
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
    """Tell a reverse proxy whose access token it is, in headers; with `role`, ask for one."""
    if asked["role"]:
        require_role(current_identity, frozenset(asked["role"]))
    answer = current_app.response_class(status=204, headers=forwarded_headers(current_identity))
    del answer.headers["Content-Type"]
    return answer
