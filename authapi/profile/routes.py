"""HTTP in and out of one's own account."""

from typing import Any

from authapi.core.errors import ErrorCode
from authapi.profile.schemas import (
    DeletionSchema,
    ExportSchema,
    PasswordChangeSchema,
    ProfileSchema,
)
from authapi.profile.service import ProfileService
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import SECOND_STEP_ERRORS, documented
from authapi.web.recent_login import recent_login_required
from authapi.web.schemas import EXAMPLE_TOKENS, MessageSchema, RenewedSessionSchema
from authapi.web.services import service

blueprint = Blueprint("profile", __name__)

_CHANGED = {"status": "ok", "message": "Password changed successfully."}
_DELETED = {"status": "ok", "message": "Account deleted successfully."}
_PROFILE: dict[str, object] = {
    "username": "user1",
    "user_id": "da36b7ab8a81eedb7b0b2037",
    "created_at": "2026-11-22T18:08:40+00:00",
    "session_id": "D274Vyd-xu0LUeEJjlMMsQ",
}
_EXPORT: dict[str, object] = {
    "status": "ok",
    "user": {**_PROFILE, "password_hash_method": "argon2id"},
    "sessions": [],
    "failed_logins": {"in_a_row": 0, "last_at": None, "known_places": []},
    "events": [],
    "factors": {"second_factor": False, "totp": None},
    "passkeys": [],
}


@blueprint.route("/me", methods=["GET"])
@documented(
    ProfileSchema,
    {"status": "ok", **_PROFILE},
    ErrorCode.NOT_FOUND,
    token=True,
    operationId="getMe",
)
@token_required
def show() -> dict[str, object]:
    """Say who the caller is."""
    return {"status": "ok", **service(ProfileService).describe(current_identity)}


@blueprint.route("/me", methods=["DELETE"])
@token_required
@blueprint.arguments(DeletionSchema)
@documented(
    MessageSchema,
    _DELETED,
    ErrorCode.INVALID_CREDENTIALS,
    *SECOND_STEP_ERRORS,
    body=True,
    token=True,
    operationId="deleteMe",
)
def delete(body: dict[str, Any]) -> dict[str, str]:
    """Delete the caller's account and all that belongs to it."""
    service(ProfileService).delete(current_identity, body["reauthentication"], client())
    return _DELETED


@blueprint.route("/me/export", methods=["GET"])
@recent_login_required()
@documented(
    ExportSchema,
    _EXPORT,
    ErrorCode.NOT_FOUND,
    ErrorCode.INSUFFICIENT_USER_AUTHENTICATION,
    token=True,
    operationId="exportMe",
)
def export() -> dict[str, object]:
    """Return all that is stored about the caller; requires a recent login."""
    return {"status": "ok", **service(ProfileService).export(current_identity)}


@blueprint.route("/password", methods=["POST"])
@token_required
@blueprint.arguments(PasswordChangeSchema)
@documented(
    RenewedSessionSchema,
    {**EXAMPLE_TOKENS, **_CHANGED},
    ErrorCode.INVALID_CREDENTIALS,
    *SECOND_STEP_ERRORS,
    body=True,
    token=True,
    operationId="changePassword",
)
def change_password(body: dict[str, Any]) -> dict[str, object]:
    """Change the caller's password, and end the caller's other sessions.

    Earlier access tokens are void; the answer has new tokens of the caller's session. A client that
    ignores them has to refresh.
    """
    members = service(ProfileService).change_password(
        current_identity, body["reauthentication"], body["new_password"], client()
    )
    return {**_CHANGED, **members}
