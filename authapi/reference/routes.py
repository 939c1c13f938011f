"""`/openapi.json`, and `/docs`: Swagger UI, served from here without any other host."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import flask
from flask import Response, current_app, request
from flask_smorest import Api
from marshmallow import INCLUDE, Schema

from authapi.web.body import Blueprint
from authapi.web.openapi import describe_own, documented

blueprint = Blueprint(
    "reference", __name__, description="This description", template_folder="templates"
)

# Swagger UI styles itself in line and draws its icons from data: addresses.
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_ASSETS = {"swagger-ui.css", "swagger-ui-bundle.js"}
_ASSET_SECONDS = 3600


class OpenApiSchema(Schema):
    """An OpenAPI document."""

    class Meta:
        """marshmallow's options."""

        unknown = INCLUDE


@blueprint.route("/openapi.json", methods=["GET"])
@documented(OpenApiSchema, {"openapi": "3.1.0"}, operationId="getOpenApi")
def openapi() -> Response:
    """Describe this API (OpenAPI 3.1)."""
    here = {"url": request.root_path or "/", "description": "This server"}
    document = f'{{\n  "servers": {json.dumps([here])},{_members()}'
    return current_app.response_class(document, mimetype="application/json")


@blueprint.undescribed("/docs")
def page() -> Response:
    """Read this description as a page, and try the API on it."""
    response = flask.make_response(flask.render_template("docs.html"))
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    return response


@blueprint.undescribed(f"/docs/<any({','.join(repr(name) for name in _ASSETS)}):name>")
def asset(name: str) -> Response:
    """Serve a part of the page."""
    return flask.send_from_directory(_swagger_ui(), name, max_age=_ASSET_SECONDS)


@blueprint.undescribed("/docs/start.js")
def start() -> Response:
    """Serve the script that starts the page."""
    return _own("start.js")


@blueprint.undescribed("/docs/docs.css")
def style() -> Response:
    """Serve the style that gives the page the service's colours."""
    return _own("docs.css")


def _own(name: str) -> Response:
    folder = Path(__file__).parent / "static"
    return flask.send_from_directory(folder, name, max_age=_ASSET_SECONDS)


def _members() -> str:
    """Return the description after its `{`, without the server's address; made once per app."""
    state = current_app.extensions.setdefault("authapi.reference", {})
    if "members" not in state:
        apis: dict[str, Any] = current_app.extensions["flask-smorest"]["apis"]
        api: Api = apis[""]["ext_obj"]
        describe_own(api, current_app._get_current_object())  # type: ignore[attr-defined]
        state["members"] = json.dumps(api.spec.to_dict(), indent=2).removeprefix("{")
    members: str = state["members"]
    return members


def _swagger_ui() -> Path:
    """Find Swagger UI's files; `flask-swagger-ui` brings them."""
    spec = importlib.util.find_spec("flask_swagger_ui")
    if spec is None or spec.origin is None:
        flask.abort(404)
    return Path(spec.origin).parent / "dist"
