"""HTTP in and out of passkeys."""

from typing import Any

from flask import Response, jsonify

from authapi.core.errors import ErrorCode
from authapi.passkeys.adding import PasskeyEnrolment
from authapi.passkeys.changing import PasskeyChanges
from authapi.passkeys.models import Origins
from authapi.passkeys.rules import SHORTEST_ID_TEXT, related
from authapi.passkeys.schemas import (
    CeremonySchema,
    LoginOptionsSchema,
    NewPasskeySchema,
    OriginsSchema,
    PasskeyAddedSchema,
    PasskeyNameSchema,
    PasskeyOptionsSchema,
    RequirementSchema,
    RequirementSetSchema,
)
from authapi.passkeys.service import PasskeyService
from authapi.passkeys.signing_in import PasskeySignIn
from authapi.signin.models import Evidence
from authapi.signin.schemas import AssertionSchema, SignedInSchema
from authapi.web.bearer import current_identity, token_optional, token_required
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import BEARER, PASSKEY_ERRORS, RECENT_LOGIN_ERRORS, documented
from authapi.web.schemas import (
    EXAMPLE_TOKENS,
    IdempotencySchema,
    MessageSchema,
    RenewedSessionSchema,
)
from authapi.web.services import service

blueprint = Blueprint("passkeys", __name__)

_ONE = f"/me/passkeys/<string(minlength={SHORTEST_ID_TEXT}):passkey_id>"
_MAX_AGE_SECONDS = 300
_CEREMONY = "eyJhbGciOiJIUzI1NiIsImtpZCI6…"
_REQUEST: dict[str, object] = {"challenge": "5h7K…", "rpId": "example.com", "timeout": 300000}
_CREATION: dict[str, object] = {
    "challenge": "5h7K…",
    "rp": {"id": "example.com", "name": "Example"},
    "user": {"id": "ZGEzNmI3…", "name": "user1", "displayName": "user1"},
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
}
_RENAMED = {"status": "ok", "message": "Passkey renamed."}
_REMOVED = {"status": "ok", "message": "Passkey removed."}
_SET = {"status": "ok", "message": "Second step changed."}


@blueprint.route("/me/passkeys/options", methods=["POST"])
@token_required
@blueprint.arguments(PasskeyOptionsSchema)
@documented(
    CeremonySchema,
    {"status": "ok", "ceremony": _CEREMONY, "options": _CREATION},
    *RECENT_LOGIN_ERRORS,
    body=True,
    token=True,
    operationId="beginPasskey",
)
def begin(body: dict[str, Any]) -> dict[str, object]:
    """Begin to add a passkey: return the options that a browser makes it of."""
    begun = service(PasskeyEnrolment).begin(current_identity, body["reauthentication"], client())
    return {"status": "ok", **begun}


@blueprint.route("/me/passkeys", methods=["POST"])
@token_required
@blueprint.arguments(NewPasskeySchema)
@documented(
    PasskeyAddedSchema,
    {"status": "ok", "id": "AY3x…"},
    ErrorCode.INVALID_PASSKEY,
    body=True,
    token=True,
    operationId="addPasskey",
)
def add(body: dict[str, Any]) -> dict[str, object]:
    """Add the passkey that a browser made."""
    passkey_id = service(PasskeyEnrolment).add(
        current_identity, body["ceremony"], body["credential"], body.get("name"), client()
    )
    return {"status": "ok", "id": passkey_id}


@blueprint.route(_ONE, methods=["PATCH"])
@token_required
@blueprint.arguments(PasskeyNameSchema)
@documented(
    MessageSchema,
    _RENAMED,
    ErrorCode.NOT_FOUND,
    body=True,
    token=True,
    operationId="renamePasskey",
)
def rename(body: dict[str, str], passkey_id: str) -> dict[str, str]:
    """Rename one of the caller's passkeys."""
    service(PasskeyService).rename(current_identity, passkey_id, body["name"])
    return _RENAMED


@blueprint.route(_ONE, methods=["DELETE"])
@token_required
@blueprint.arguments(PasskeyOptionsSchema)
@documented(
    RenewedSessionSchema,
    {**EXAMPLE_TOKENS, **_REMOVED},
    *RECENT_LOGIN_ERRORS,
    ErrorCode.NOT_FOUND,
    body=True,
    token=True,
    operationId="removePasskey",
)
def remove(body: dict[str, Any], passkey_id: str) -> dict[str, object]:
    """Remove one of the caller's passkeys. All other sessions end."""
    members = service(PasskeyChanges).remove(
        current_identity, passkey_id, body["reauthentication"], client()
    )
    return {**_REMOVED, **members}


@blueprint.route("/me/second-factor", methods=["PUT"])
@token_required
@blueprint.arguments(RequirementSchema)
@documented(
    RequirementSetSchema,
    {**EXAMPLE_TOKENS, **_SET, "recovery_codes": ["1-K7QF-M2XW-9T3C-0HVB", "2-…"]},
    *RECENT_LOGIN_ERRORS,
    ErrorCode.NOT_FOUND,
    body=True,
    token=True,
    operationId="setSecondFactor",
)
def require(body: dict[str, Any]) -> dict[str, object]:
    """Let logins by the password ask for a passkey as well, or not. All other sessions end."""
    members = service(PasskeyChanges).require(
        current_identity, body["reauthentication"], client(), required=body["passkeys"]
    )
    return {**_SET, **members}


@blueprint.route("/authenticate/passkey/options", methods=["POST"])
@token_optional
@blueprint.arguments(LoginOptionsSchema)
@documented(
    CeremonySchema,
    {"status": "ok", "ceremony": _CEREMONY, "options": _REQUEST},
    ErrorCode.INVALID_TOKEN,
    ErrorCode.TOKEN_EXPIRED,
    body=True,
    security=[{}, *BEARER],  # a token may be left out
    operationId="askForPasskey",
)
def ask(body: dict[str, str]) -> dict[str, object]:
    """Ask for a passkey: for a login by it alone, or with an `mfa_token` as the second step.

    With an access token it is for `/reauthenticate`.
    """
    identity = current_identity if current_identity else None
    return {"status": "ok", **service(PasskeySignIn).ask(body.get("mfa_token"), identity)}


@blueprint.route("/authenticate/passkey", methods=["POST"])
@blueprint.arguments(AssertionSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@documented(
    SignedInSchema,
    EXAMPLE_TOKENS,
    *PASSKEY_ERRORS,
    body=True,
    operationId="authenticateByPasskey",
)
def log_in(body: dict[str, Any], headers: dict[str, str]) -> dict[str, object]:
    """Log in by a passkey alone.

    After a reset the password is required as well, once: `second_factor_required` with
    `password` among the `factors`. Then send the same answer as `passkey` to `/authenticate`.
    """
    pair = service(PasskeySignIn).log_in(
        Evidence(passkey=body), client(), headers.get("idempotency_key")
    )
    return {"status": "ok", **pair.as_members()}


@blueprint.route("/.well-known/webauthn", methods=["GET"])
@documented(OriginsSchema, {"origins": ["https://example.com"]}, operationId="getRelatedOrigins")
def show_origins() -> Response:
    """Say which sites may use the passkeys of this domain (related origins)."""
    response = jsonify(origins=related(service(Origins).exact))
    response.headers["Cache-Control"] = f"public, max-age={_MAX_AGE_SECONDS}"
    return response
