"""HTTP in and out of recovery by mail: a link that is asked for, and "this was not me"."""

from authapi.core.errors import ErrorCode
from authapi.recovery.asking import ResetRequests
from authapi.recovery.schemas import ForgottenSchema, UsedLinkSchema
from authapi.recovery.service import Recovery
from authapi.recovery.undoing import FormerAddress
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import documented
from authapi.web.schemas import MessageSchema
from authapi.web.services import service

blueprint = Blueprint("recovery_by_mail", __name__)

_ASKED = {
    "status": "ok",
    "message": "If that account has a confirmed address, a mail is on its way.",
}
_SECURED = {
    "status": "ok",
    "message": "All sessions are ended. A link for a new password is on its way by mail.",
}

_UNDONE = {
    "status": "ok",
    "message": "The former address is back, and all sessions are ended."
    " A link for a new password is on its way there.",
}


@blueprint.route("/password/forgot", methods=["POST"])
@blueprint.arguments(ForgottenSchema)
@documented(MessageSchema, _ASKED, body=True, operationId="forgotPassword")
def forgot(body: dict[str, str]) -> dict[str, str]:
    """Ask for a mailed link to choose a new password.

    The answer is the same for every name, unknown ones as well.
    """
    service(ResetRequests).ask(body["username"], client())
    return _ASKED


@blueprint.route("/account/secure", methods=["POST"])
@blueprint.arguments(UsedLinkSchema)
@documented(MessageSchema, _SECURED, ErrorCode.INVALID_LINK, body=True, operationId="secureAccount")
def secure(body: dict[str, str]) -> dict[str, str]:
    """Say with a mailed link that a change of the account was somebody else's.

    It ends all sessions and the password, and mails a link for a new one.
    """
    service(Recovery).secure(body["token"])
    return _SECURED


@blueprint.route("/account/undo", methods=["POST"])
@blueprint.arguments(UsedLinkSchema)
@documented(
    MessageSchema,
    _UNDONE,
    ErrorCode.INVALID_LINK,
    ErrorCode.EMAIL_TAKEN,
    body=True,
    operationId="undoEmailChange",
)
def undo(body: dict[str, str]) -> dict[str, str]:
    """Bring back the address that the account had before it was changed or removed.

    It ends all sessions and the password, and mails a link for a new one to that address.
    """
    service(FormerAddress).bring_back(body["token"])
    return _UNDONE
