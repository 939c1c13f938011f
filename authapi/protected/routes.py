"""A resource that requires an access token."""

from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.openapi import documented
from authapi.web.schemas import MessageSchema

blueprint = Blueprint("protected", __name__)


@blueprint.route("/protected", methods=["GET"])
@documented(
    MessageSchema,
    {"status": "ok", "message": "Hello, user1!"},
    token=True,
    operationId="getProtected",
)
@token_required
def hello() -> dict[str, str]:
    """Greet the holder of an access token."""
    return {"status": "ok", "message": f"Hello, {current_identity.username}!"}
