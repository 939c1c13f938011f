"""HTTP in and out of the recovery."""

from authapi.core.errors import ErrorCode
from authapi.recovery.schemas import ResetSchema
from authapi.recovery.service import Recovery
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import documented
from authapi.web.schemas import MessageSchema
from authapi.web.services import service

blueprint = Blueprint("recovery", __name__)

_RESET = {"status": "ok", "message": "Password changed. Please log in."}


@blueprint.route("/password/reset", methods=["POST"])
@blueprint.arguments(ResetSchema)
@documented(MessageSchema, _RESET, ErrorCode.INVALID_LINK, body=True, operationId="resetPassword")
def reset(body: dict[str, str]) -> dict[str, str]:
    """Choose a new password with a link, and end all sessions.

    When the password is refused, the link stays good. Nobody is logged in.
    """
    service(Recovery).reset(body["token"], body["new_password"], client())
    return _RESET
