"""`GET /metrics`: there only where `METRICS_TOKEN` is set."""

import time

from flask import Flask, Response, current_app, g, request
from flask_smorest import Api

from authapi.core.errors import ApiError, ErrorCode
from authapi.metrics.service import CONTENT_TYPE, Metrics
from authapi.web.bearer import bearer_token
from authapi.web.body import Blueprint
from authapi.web.openapi import failures
from authapi.web.services import service

blueprint = Blueprint("metrics", __name__, description="Numbers for whoever runs the service")


@blueprint.route("/metrics", methods=["GET"])
@Blueprint.doc(
    responses={
        200: {"description": "The numbers.", "content": {"text/plain": {}}},
        **failures(ErrorCode.MISSING_TOKEN, ErrorCode.INVALID_TOKEN, ErrorCode.INTERNAL_ERROR),
    },
    security=[{"metricsToken": []}],
)
def show() -> Response:
    """Tell what was counted, to whoever has the token (Prometheus' text format)."""
    if not service(Metrics).admits(bearer_token(request.headers.get("Authorization", ""))):
        raise ApiError(ErrorCode.INVALID_TOKEN)
    return current_app.response_class(service(Metrics).exposition(), content_type=CONTENT_TYPE)


def init_app(app: Flask, api: Api, metrics: Metrics) -> None:
    """Give `app` its `/metrics`, and count every request of it by what it came to."""
    api.register_blueprint(blueprint)
    api.spec.components.security_scheme(
        "metricsToken",
        {"type": "http", "scheme": "bearer", "description": "The operator's `METRICS_TOKEN`."},
    )

    @app.after_request
    def count(response: Response) -> Response:
        seconds = time.perf_counter() - g.started
        metrics.answered(request.method, request.endpoint, response.status_code, seconds)
        return response
