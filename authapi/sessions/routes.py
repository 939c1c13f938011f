"""HTTP in and out of the sessions."""

from typing import Any

from authapi.core.errors import ErrorCode
from authapi.sessions.ending import SessionEnding
from authapi.sessions.rules import page_of
from authapi.sessions.schemas import LogoutSchema, RefreshTokenSchema, SessionListSchema
from authapi.sessions.serializers import describe_own
from authapi.sessions.service import SessionService
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import documented
from authapi.web.recent_login import require_recent_login
from authapi.web.schemas import (
    EXAMPLE_TOKENS,
    IdempotencySchema,
    MessageSchema,
    PageSchema,
    TokenPairSchema,
)
from authapi.web.services import service

blueprint = Blueprint("sessions", __name__)

LOGGED_OUT = {"status": "ok", "message": "Logged out successfully."}

_LIST_EXAMPLE = {
    "status": "ok",
    "sessions": [
        {
            "id": "D274Vyd-xu0LUeEJjlMMsQ",
            "device": "Firefox on Linux",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "address": "203.0.113.7",
            "first_seen": "2026-11-22T18:08:40+00:00",
            "last_seen": "2026-11-22T19:00:00+00:00",
            "expires_at": "2027-05-21T19:00:00+00:00",
            "current": True,
        }
    ],
    "next": None,
}


@blueprint.route("/refresh", methods=["POST"])
@blueprint.arguments(RefreshTokenSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@documented(
    TokenPairSchema,
    EXAMPLE_TOKENS,
    ErrorCode.INVALID_REFRESH_TOKEN,
    ErrorCode.REFRESH_TOKEN_EXPIRED,
    body=True,
    operationId="refresh",
)
def refresh(body: dict[str, str], headers: dict[str, str]) -> dict[str, object]:
    """Exchange a refresh token for two new tokens.

    A refresh token is good for one use. A second use ends its session, unless it has the same
    `Idempotency-Key`: then the first answer was lost, and is given again.
    """
    pair = service(SessionService).refresh(
        body["refresh_token"], client(), headers.get("idempotency_key")
    )
    return {"status": "ok", **pair.as_members()}


@blueprint.route("/logout", methods=["POST"])
@blueprint.arguments(LogoutSchema)
@documented(
    MessageSchema, LOGGED_OUT, ErrorCode.INVALID_REFRESH_TOKEN, body=True, operationId="logout"
)
def logout(body: dict[str, Any]) -> dict[str, str]:
    """End the session of a refresh token; a token that is not good any more is no error.

    With `everywhere`, end all sessions of its user; that requires a token that is still good.
    """
    ending = service(SessionEnding)
    if body["everywhere"]:
        ending.log_out_everywhere(body["refresh_token"])
    else:
        ending.log_out(body["refresh_token"])
    return LOGGED_OUT


@blueprint.route("/sessions", methods=["GET"])
@token_required
@blueprint.arguments(PageSchema, location="query")
@documented(
    SessionListSchema,
    _LIST_EXAMPLE,
    ErrorCode.VALIDATION_ERROR,
    token=True,
    operationId="listSessions",
)
def list_own(page: dict[str, Any]) -> dict[str, object]:
    """List the caller's sessions, the one used last first, 100 at a time."""
    own = service(SessionService).list_sessions(current_identity.user_id, current_identity.epoch)
    shown, last = page_of(own, page["limit"], page["before"])
    return {
        "status": "ok",
        "sessions": [describe_own(session, current_identity.session_id) for session in shown],
        "next": str(last) if last else None,
    }


@blueprint.route("/sessions/<session_id>", methods=["DELETE"])
@documented(
    MessageSchema,
    LOGGED_OUT,
    ErrorCode.NOT_FOUND,
    ErrorCode.INSUFFICIENT_USER_AUTHENTICATION,
    token=True,
    operationId="endSession",
)
@token_required
def end_one(session_id: str) -> dict[str, str]:
    """End one of the caller's sessions; somebody else's is a 404.

    To end another session than the token's own requires a recent login.
    """
    if session_id != current_identity.session_id:
        require_recent_login()
    service(SessionEnding).end_own(current_identity.user_id, session_id)
    return LOGGED_OUT
