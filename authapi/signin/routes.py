"""HTTP in and out of the sign-in."""

from authapi.core.errors import ErrorCode
from authapi.signin.schemas import CredentialsSchema, PasswordSchema
from authapi.signin.service import SignIn
from authapi.signin.step_up import StepUp
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import BEARER, TOKEN_ERRORS, documented
from authapi.web.schemas import (
    EXAMPLE_ACCESS,
    EXAMPLE_TOKENS,
    AccessTokenSchema,
    IdempotencySchema,
    TokenPairSchema,
)
from authapi.web.services import service

blueprint = Blueprint("signin", __name__)


@blueprint.route("/authenticate", methods=["POST"])
@blueprint.arguments(CredentialsSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@documented(
    TokenPairSchema,
    EXAMPLE_TOKENS,
    ErrorCode.INVALID_CREDENTIALS,
    body=True,
    operationId="authenticate",
)
def authenticate(body: dict[str, str], headers: dict[str, str]) -> dict[str, object]:
    """Log in: trade a name and a password for an access and a refresh token."""
    pair = service(SignIn).authenticate(
        body["username"], body["password"], client(), headers.get("idempotency_key")
    )
    return {"status": "ok", **pair.as_members()}


@blueprint.route("/reauthenticate", methods=["POST"])
@token_required
@blueprint.arguments(PasswordSchema)
@documented(
    AccessTokenSchema,
    EXAMPLE_ACCESS,
    ErrorCode.INVALID_CREDENTIALS,
    *TOKEN_ERRORS,
    body=True,
    security=BEARER,
    operationId="reauthenticate",
)
def reauthenticate(body: dict[str, str]) -> dict[str, object]:
    """Send the password again: the access token of the answer counts as a recent login.

    It is of the same session, whose refresh token stays as it is; a refresh makes no login recent.
    """
    token = service(StepUp).reauthenticate(current_identity, body["password"], client())
    return {"status": "ok", **token.as_members()}
