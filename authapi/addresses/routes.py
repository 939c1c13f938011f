"""HTTP in and out of addresses."""

from typing import Any

from authapi.addresses.confirming import Confirmation
from authapi.addresses.schemas import (
    AddressSchema,
    CodeSchema,
    ConfirmedSchema,
    LinkSchema,
    RemovalSchema,
)
from authapi.addresses.service import AddressService
from authapi.core.errors import ErrorCode
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import RECENT_LOGIN_ERRORS, documented
from authapi.web.schemas import MessageSchema
from authapi.web.services import service

blueprint = Blueprint("addresses", __name__)

_ASKED = {"status": "ok", "message": "A code is on its way."}
_REMOVED = {"status": "ok", "message": "Address removed."}
_CONFIRMED: dict[str, object] = {"status": "ok", "email": "ann@example.com"}


@blueprint.route("/me/email", methods=["PUT"])
@token_required
@blueprint.arguments(AddressSchema)
@documented(
    MessageSchema,
    _ASKED,
    *RECENT_LOGIN_ERRORS,
    body=True,
    token=True,
    operationId="setEmail",
)
def ask(body: dict[str, Any]) -> dict[str, str]:
    """Give the account an address; a code is mailed there. The answer is the same when it is taken.

    The address that the account has stays its own until the new one is confirmed.
    """
    service(AddressService).ask(current_identity, body["email"], body["reauthentication"], client())
    return _ASKED


@blueprint.route("/me/email", methods=["DELETE"])
@token_required
@blueprint.arguments(RemovalSchema)
@documented(
    MessageSchema,
    _REMOVED,
    ErrorCode.EMAIL_NOT_VERIFIED,
    *RECENT_LOGIN_ERRORS,
    body=True,
    token=True,
    operationId="removeEmail",
)
def remove(body: dict[str, Any]) -> dict[str, str]:
    """Take the account's address away. It gets a mail, and can be brought back for 72 hours."""
    service(AddressService).remove(current_identity, body["reauthentication"], client())
    return _REMOVED


@blueprint.route("/me/email/resend", methods=["POST"])
@documented(
    MessageSchema,
    _ASKED,
    ErrorCode.NOT_FOUND,
    token=True,
    operationId="resendEmailCode",
)
@token_required
def resend() -> dict[str, str]:
    """Mail another code to the address that waits; the earlier one is void then."""
    service(AddressService).resend(current_identity)
    return _ASKED


@blueprint.route("/me/email/verify", methods=["POST"])
@token_required
@blueprint.arguments(CodeSchema)
@documented(
    ConfirmedSchema,
    _CONFIRMED,
    ErrorCode.INVALID_CODE,
    ErrorCode.EMAIL_TAKEN,
    ErrorCode.NOT_FOUND,
    body=True,
    token=True,
    operationId="verifyEmail",
)
def verify(body: dict[str, str]) -> dict[str, object]:
    """Confirm the address by the mailed code; a repeat succeeds."""
    email = service(Confirmation).by_code(current_identity, body["code"])
    return {"status": "ok", "email": email}


@blueprint.route("/email/verify", methods=["POST"])
@blueprint.arguments(LinkSchema)
@documented(
    ConfirmedSchema,
    _CONFIRMED,
    ErrorCode.INVALID_LINK,
    ErrorCode.INVALID_CREDENTIALS,
    ErrorCode.EMAIL_TAKEN,
    body=True,
    operationId="verifyEmailByLink",
)
def verify_by_link(body: dict[str, str]) -> dict[str, object]:
    """Confirm an address by the mailed link and the password, for who cannot log in yet."""
    email = service(Confirmation).by_link(body["token"], body["password"], client())
    return {"status": "ok", "email": email}
