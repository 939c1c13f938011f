"""`/healthz` for liveness probes, `/readyz` for readiness probes."""

from flask import current_app
from marshmallow import fields

from authapi.core.errors import AWAY_SECONDS, ApiError, ErrorCode
from authapi.health.service import Readiness
from authapi.web.body import Blueprint
from authapi.web.openapi import documented
from authapi.web.schemas import AnswerSchema
from authapi.web.services import service

blueprint = Blueprint("health", __name__, description="Alive and ready")


class AliveSchema(AnswerSchema):
    """The answer of a process that is alive."""

    service = fields.String(required=True, metadata={"enum": ["authapi"]})
    version = fields.String(required=True)


class ReadySchema(AnswerSchema):
    """The answer of a service that is ready."""

    checks = fields.Dict(required=True, keys=fields.String(), values=fields.String())


@blueprint.route("/healthz", methods=["GET"])
@documented(
    AliveSchema,
    {"status": "ok", "service": "authapi", "version": "1.0.0"},
    operationId="getHealth",
)
def alive() -> dict[str, str]:
    """Say that the process answers; the database is not asked."""
    version: str = current_app.config["API_VERSION"]
    return {"status": "ok", "service": "authapi", "version": version}


@blueprint.route("/readyz", methods=["GET"])
@documented(
    ReadySchema,
    {"status": "ok", "checks": {"keys": "ok", "database": "ok", "indexes": "ok", "clock": "ok"}},
    ErrorCode.SERVICE_UNAVAILABLE,
    operationId="getReadiness",
)
def ready() -> dict[str, object]:
    """Say whether keys, database, indexes and the clock are as they must be: 200, or 503."""
    checks = service(Readiness).report()
    if set(checks.values()) != {"ok"}:
        raise ApiError(
            ErrorCode.SERVICE_UNAVAILABLE,
            retry_after=AWAY_SECONDS,
            details={"checks": checks},
        )
    return {"status": "ok", "checks": checks}
