"""HTTP in and out of the sign-in."""

from typing import Any

from authapi.core.errors import ErrorCode
from authapi.signin.schemas import CredentialsSchema, SecondStepSchema, SignedInSchema, StepUpSchema
from authapi.signin.service import SignIn
from authapi.signin.step_up import StepUp
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import SECOND_STEP_ERRORS, WRONG_SECOND_STEP, documented
from authapi.web.schemas import EXAMPLE_ACCESS, EXAMPLE_TOKENS, AccessTokenSchema, IdempotencySchema
from authapi.web.services import service

blueprint = Blueprint("signin", __name__)


@blueprint.route("/authenticate", methods=["POST"])
@blueprint.arguments(CredentialsSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@documented(
    SignedInSchema,
    EXAMPLE_TOKENS,
    ErrorCode.INVALID_CREDENTIALS,
    *SECOND_STEP_ERRORS,
    body=True,
    operationId="authenticate",
)
def authenticate(body: dict[str, Any], headers: dict[str, str]) -> dict[str, object]:
    """Log in: exchange a name and a password for an access and a refresh token.

    An account with a second step requires a code as well: in `code`, after the password as
    `password,123456`, or afterwards at `/authenticate/second`.
    """
    pair = service(SignIn).authenticate(
        body["username"],
        body["password"],
        client(),
        headers.get("idempotency_key"),
        body["evidence"],
    )
    return {"status": "ok", **pair.as_members()}


@blueprint.route("/authenticate/second", methods=["POST"])
@blueprint.arguments(SecondStepSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@documented(
    SignedInSchema,
    EXAMPLE_TOKENS,
    ErrorCode.INVALID_TOKEN,
    *WRONG_SECOND_STEP,
    body=True,
    operationId="authenticateSecond",
)
def authenticate_second(body: dict[str, Any], headers: dict[str, str]) -> dict[str, object]:
    """Take the second step of a login, within five minutes of the first one."""
    pair = service(SignIn).authenticate_second(
        body["mfa_token"], body["evidence"], client(), headers.get("idempotency_key")
    )
    return {"status": "ok", **pair.as_members()}


@blueprint.route("/reauthenticate", methods=["POST"])
@token_required
@blueprint.arguments(StepUpSchema)
@documented(
    AccessTokenSchema,
    EXAMPLE_ACCESS,
    ErrorCode.INVALID_CREDENTIALS,
    *SECOND_STEP_ERRORS,
    body=True,
    token=True,
    operationId="reauthenticate",
)
def reauthenticate(body: dict[str, Any]) -> dict[str, object]:
    """Send the password again, or a passkey: the answer's access token counts as a recent login.

    The session and its refresh token stay the same; a refresh does not make a login recent.
    """
    token = service(StepUp).reauthenticate(current_identity, body["reauthentication"], client())
    return {"status": "ok", **token.as_members()}
