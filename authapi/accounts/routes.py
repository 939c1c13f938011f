"""HTTP in and out of the accounts."""

from typing import Any

from flask import current_app

from authapi.accounts.registration import Registration
from authapi.accounts.schemas import RegistrationSchema
from authapi.core.errors import ApiError, ErrorCode
from authapi.limits.service import Limits
from authapi.passwords.hashing import PasswordHasher
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import documented
from authapi.web.schemas import IdempotencySchema, MessageSchema
from authapi.web.services import service

blueprint = Blueprint("accounts", __name__)

REGISTERED = {"status": "ok", "message": "User registered successfully."}


@blueprint.route("/register", methods=["POST"])
@blueprint.arguments(RegistrationSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@documented(
    MessageSchema,
    REGISTERED,
    ErrorCode.USER_EXISTS,
    ErrorCode.REGISTRATION_CLOSED,
    body=True,
    operationId="register",
)
def register(body: dict[str, Any], headers: dict[str, str]) -> dict[str, str]:
    """Register a user, where `REGISTRATION` is open."""
    if current_app.config["REGISTRATION"] != "open":
        raise ApiError(ErrorCode.REGISTRATION_CLOSED)
    caller = client()
    with service(PasswordHasher).admit(caller.network), service(Limits).registration(caller):
        service(Registration).register(
            body["username"],
            body["password"],
            headers.get("idempotency_key"),
            email=body.get("email"),
            locale=body.get("locale"),
        )
    return REGISTERED
