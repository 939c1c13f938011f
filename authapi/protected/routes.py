"""A resource that wants an access token."""

from authapi.core.errors import ErrorCode
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.openapi import answers
from authapi.web.schemas import MessageSchema

blueprint = Blueprint("protected", __name__)


@blueprint.route("/protected", methods=["GET"])
@answers(
    MessageSchema,
    {"status": "ok", "message": "Hello, user1!"},
    ErrorCode.MISSING_TOKEN,
    ErrorCode.INVALID_TOKEN,
    ErrorCode.TOKEN_EXPIRED,
    ErrorCode.RATE_LIMITED,
    ErrorCode.SERVICE_UNAVAILABLE,
    security=[{"bearerAuth": []}],
)
@token_required
def hello() -> dict[str, str]:
    """Greet the holder of an access token."""
    return {"status": "ok", "message": f"Hello, {current_identity.username}!"}
