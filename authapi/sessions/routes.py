"""HTTP in and out of the sessions."""

from dataclasses import asdict

from authapi.core.errors import ErrorCode
from authapi.sessions.schemas import CredentialsSchema, RefreshTokenSchema, TokenPairSchema
from authapi.sessions.service import SessionService, TokenPair
from authapi.web.body import Blueprint
from authapi.web.openapi import answers
from authapi.web.schemas import IdempotencySchema, MessageSchema
from authapi.web.services import service

blueprint = Blueprint("sessions", __name__)

LOGGED_OUT = {"status": "ok", "message": "Logged out successfully."}
_EXAMPLE = TokenPair("eyJhbGciOiJIUzI1NiIsImtpZCI6…", "eyJhbGciOiJIUzI1NiIsImtpZCI6…", 900)


def _answer(pair: TokenPair) -> dict[str, object]:
    return {"status": "ok", **asdict(pair), "token_type": "Bearer"}


@blueprint.route("/authenticate", methods=["POST"])
@blueprint.arguments(CredentialsSchema)
@answers(TokenPairSchema, _answer(_EXAMPLE), ErrorCode.INVALID_CREDENTIALS, body=True)
def authenticate(body: dict[str, str]) -> dict[str, object]:
    """Log in: trade a name and a password for an access and a refresh token."""
    return _answer(service(SessionService).authenticate(body["username"], body["password"]))


@blueprint.route("/refresh", methods=["POST"])
@blueprint.arguments(RefreshTokenSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@answers(
    TokenPairSchema,
    _answer(_EXAMPLE),
    ErrorCode.INVALID_REFRESH_TOKEN,
    ErrorCode.REFRESH_TOKEN_EXPIRED,
    body=True,
)
def refresh(body: dict[str, str], headers: dict[str, str]) -> dict[str, object]:
    """Trade a refresh token for two new tokens.

    A refresh token is good for one use. Using it again ends its session, unless the same
    `Idempotency-Key` comes with it: then the answer was lost, and is given again.
    """
    pair = service(SessionService).refresh(body["refresh_token"], headers.get("idempotency_key"))
    return _answer(pair)


@blueprint.route("/logout", methods=["POST"])
@blueprint.arguments(RefreshTokenSchema)
@answers(MessageSchema, LOGGED_OUT, body=True)
def logout(body: dict[str, str]) -> dict[str, str]:
    """End the session of a refresh token; a token that is dead already is fine."""
    service(SessionService).log_out(body["refresh_token"])
    return LOGGED_OUT
