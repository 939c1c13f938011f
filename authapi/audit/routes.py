"""HTTP out of the audit trail."""

from authapi.audit.schemas import ActivitySchema
from authapi.audit.serializers import describe
from authapi.audit.service import AuditTrail
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.openapi import BEARER, TOKEN_ERRORS, documented
from authapi.web.services import service

blueprint = Blueprint("audit", __name__)

_EXAMPLE = {
    "status": "ok",
    "events": [
        {
            "at": "2026-11-22T18:08:40.125+00:00",
            "last_at": "2026-11-22T18:08:40.125+00:00",
            "count": 1,
            "event": "login_succeeded",
            "reason": None,
            "session_id": "D274Vyd-xu0LUeEJjlMMsQ",
            "address": "203.0.113.7",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "request_id": "c0ffee00c0ffee00c0ffee00",
        }
    ],
}


@blueprint.route("/me/activity", methods=["GET"])
@documented(ActivitySchema, _EXAMPLE, *TOKEN_ERRORS, security=BEARER, operationId="listActivity")
@token_required
def show_own() -> dict[str, object]:
    """List the last 100 security events of the caller's account, the newest first."""
    recent = service(AuditTrail).recent(current_identity.user_id)
    return {"status": "ok", "events": [describe(event) for event in recent]}
