"""HTTP out of the audit trail."""

from typing import Any

from authapi.audit.schemas import ActivitySchema
from authapi.audit.serializers import describe
from authapi.audit.service import AuditTrail
from authapi.core.errors import ErrorCode
from authapi.web.bearer import current_identity, token_required
from authapi.web.body import Blueprint
from authapi.web.openapi import documented
from authapi.web.schemas import PageSchema
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
    "next": "MTc5NTM3MDkyMDEyNS5jMGZmZWUwMGMwZmZlZTAw",
}


@blueprint.route("/me/activity", methods=["GET"])
@token_required
@blueprint.arguments(PageSchema, location="query")
@documented(
    ActivitySchema,
    _EXAMPLE,
    ErrorCode.VALIDATION_ERROR,
    token=True,
    operationId="listActivity",
)
def show_own(page: dict[str, Any]) -> dict[str, object]:
    """List the security events of the caller's account, the newest first, 100 at a time."""
    trail = service(AuditTrail)
    events, last = trail.page(page["limit"], page["before"], current_identity.user_id)
    return {
        "status": "ok",
        "events": [describe(event) for event in events],
        "next": str(last) if last else None,
    }
