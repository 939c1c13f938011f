"""`GET /metrics`, which exists only where `METRICS_TOKEN` is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Request, Response, current_app, request
from flask_smorest import Api

from authapi.core.errors import ApiError, ErrorCode
from authapi.metrics.service import CONTENT_TYPE, Metrics
from authapi.web.bearer import bearer_token
from authapi.web.body import Blueprint
from authapi.web.lifecycle import Observer
from authapi.web.openapi import failures
from authapi.web.services import service

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

blueprint = Blueprint("metrics", __name__, description="Metrics for the operator")


@blueprint.route("/metrics", methods=["GET"])
@Blueprint.doc(
    responses={
        200: {"description": "The numbers.", "content": {"text/plain": {}}},
        **failures(ErrorCode.MISSING_TOKEN, ErrorCode.INVALID_TOKEN, ErrorCode.INTERNAL_ERROR),
    },
    operationId="getMetrics",
    security=[{"metricsToken": []}],
)
def show() -> Response:
    """Return the metrics in Prometheus' text format; requires the operator's token."""
    if not service(Metrics).admits(bearer_token(request.headers.get("Authorization", ""))):
        raise ApiError(ErrorCode.INVALID_TOKEN)
    return current_app.response_class(service(Metrics).exposition(), content_type=CONTENT_TYPE)


def init_app(api: Api, metrics: Metrics) -> Observer:
    """Register `/metrics` on `api`; return the observer that counts every answer."""
    api.register_blueprint(blueprint)
    api.spec.components.security_scheme(
        "metricsToken",
        {"type": "http", "scheme": "bearer", "description": "The operator's `METRICS_TOKEN`."},
    )

    def count(environ: WSGIEnvironment, status: int, seconds: float) -> None:
        asked: Request | None = environ.get("werkzeug.request")
        endpoint = asked.endpoint if asked else None
        metrics.count_request(environ["REQUEST_METHOD"], endpoint, status, seconds)

    return count
