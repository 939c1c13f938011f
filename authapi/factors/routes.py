"""HTTP in and out of second factors."""

from dataclasses import asdict
from typing import Any

from authapi.core.errors import ErrorCode
from authapi.factors.enrolling import TotpEnrolment
from authapi.factors.schemas import (
    EnrolmentSchema,
    FactorChangeSchema,
    FactorOnSchema,
    FactorsSchema,
    RecoveryCodesSchema,
    TotpCodeSchema,
)
from authapi.factors.service import FactorService
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.client import client
from authapi.web.openapi import RECENT_LOGIN_ERRORS, documented
from authapi.web.schemas import EXAMPLE_TOKENS, RenewedSessionSchema
from authapi.web.services import service

blueprint = Blueprint("factors", __name__)

_CODES = {"recovery_codes": ["1-K7QF-M2XW-9T3C-0HVB", "2-…"]}
_OFF = {"status": "ok", "message": "The authenticator app is off."}
_ENROLMENT: dict[str, object] = {
    "status": "ok",
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "uri": "otpauth://totp/authapi:user1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=authapi",
    "svg": "<svg …",
    "expires_in": 600,
}
_FACTORS: dict[str, object] = {
    "status": "ok",
    "second_factor": True,
    "totp": {"since": "2026-11-22T18:08:40+00:00"},
    "recovery_codes_left": 8,
    "passkeys_required": False,
    "passkeys": [
        {
            "id": "AY3x…",
            "name": "My phone",
            "created_at": "2026-11-22T18:08:40+00:00",
            "used_at": None,
            "backed_up": True,
        }
    ],
}


@blueprint.route("/me/factors", methods=["GET"])
@documented(
    FactorsSchema,
    _FACTORS,
    ErrorCode.NOT_FOUND,
    token=True,
    operationId="getFactors",
)
@token_required
def show() -> dict[str, object]:
    """Say which second factors the caller has."""
    return {"status": "ok", **service(FactorService).describe(current_identity)}


@blueprint.route("/me/totp", methods=["POST"])
@token_required
@blueprint.arguments(FactorChangeSchema)
@documented(
    EnrolmentSchema,
    _ENROLMENT,
    *RECENT_LOGIN_ERRORS,
    body=True,
    token=True,
    operationId="beginTotp",
)
def begin(body: dict[str, Any]) -> dict[str, object]:
    """Make the secret of a new authenticator app. No login takes it before it is confirmed."""
    enrolment = service(TotpEnrolment).begin(current_identity, body["reauthentication"], client())
    return {"status": "ok", **asdict(enrolment)}


@blueprint.route("/me/totp/confirm", methods=["POST"])
@token_required
@blueprint.arguments(TotpCodeSchema)
@documented(
    FactorOnSchema,
    {**EXAMPLE_TOKENS, **_CODES},
    ErrorCode.INVALID_CODE,
    body=True,
    token=True,
    operationId="confirmTotp",
)
def confirm(body: dict[str, str]) -> dict[str, object]:
    """Turn the new authenticator app on by a code of it. All other sessions end."""
    members = service(TotpEnrolment).confirm(current_identity, body["code"], client())
    return {"status": "ok", **members}


@blueprint.route("/me/totp", methods=["DELETE"])
@token_required
@blueprint.arguments(FactorChangeSchema)
@documented(
    RenewedSessionSchema,
    {**EXAMPLE_TOKENS, **_OFF},
    *RECENT_LOGIN_ERRORS,
    body=True,
    token=True,
    operationId="removeTotp",
)
def remove(body: dict[str, Any]) -> dict[str, object]:
    """Turn the authenticator app off. All other sessions end."""
    members = service(TotpEnrolment).remove(current_identity, body["reauthentication"], client())
    return {**_OFF, **members}


@blueprint.route("/me/recovery-codes", methods=["POST"])
@token_required
@blueprint.arguments(FactorChangeSchema)
@documented(
    RecoveryCodesSchema,
    {"status": "ok", **_CODES},
    *RECENT_LOGIN_ERRORS,
    ErrorCode.NOT_FOUND,
    body=True,
    token=True,
    operationId="renewRecoveryCodes",
)
def renew_codes(body: dict[str, Any]) -> dict[str, object]:
    """Make new recovery codes. They are shown once; the earlier ones are void."""
    made = service(FactorService).renew_codes(current_identity, body["reauthentication"], client())
    return {"status": "ok", "recovery_codes": made}
