"""HTTP in and out of the sign-in."""

from authapi.core.errors import ErrorCode
from authapi.signin.schemas import CredentialsSchema
from authapi.signin.service import SignIn
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import documented
from authapi.web.schemas import EXAMPLE_TOKENS, IdempotencySchema, TokenPairSchema
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
