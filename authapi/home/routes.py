"""`/`: a page for browsers, the same as JSON for programs."""

from pathlib import Path

import flask
from flask import Response, current_app, request
from marshmallow import fields

from authapi.web.body import Blueprint
from authapi.web.openapi import documented
from authapi.web.schemas import AnswerSchema
from authapi.web.services import services_of

blueprint = Blueprint("home", __name__, description="Where to begin", template_folder="templates")

_JSON, _HTML = "application/json", "text/html"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_STYLE_SECONDS = 3600
_FEATURES: dict[str, object] = {
    "email": "optional",
    "reset": True,
    "totp": True,
    "passkeys": True,
    "rp_id": "example.com",
    "pages": True,
}
_LINKS = (
    ("/docs", "The API", "Read what it answers, and try it in the browser."),
    ("/account", "Your account", "Sign in, change the password, see your sessions."),
    ("/account/forgot", "Forgot your password?", "Get a link by mail to choose a new one."),
    ("/account/passkeys", "Passkeys", "Add one, and log in by it."),
    ("/dev/mailbox", "The mailbox", "What this development server would have mailed."),
)


class HomeSchema(AnswerSchema):
    """What this is."""

    service = fields.String(required=True, metadata={"enum": ["authapi"]})
    version = fields.String(required=True)
    links = fields.Dict(
        required=True,
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "What there is for people on this server, by its path."},
    )


class FeaturesSchema(AnswerSchema):
    """What this service offers."""

    email = fields.String(
        required=True,
        metadata={
            "enum": ["off", "optional", "required"],
            "description": "Whether accounts have an address.",
        },
    )
    reset = fields.Boolean(
        required=True,
        metadata={"description": "Whether a link for a new password can be asked for by mail."},
    )
    totp = fields.Boolean(
        required=True, metadata={"description": "Whether users may have an authenticator app."}
    )
    passkeys = fields.Boolean(
        required=True, metadata={"description": "Whether users may have passkeys."}
    )
    rp_id = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The domain that passkeys belong to (WebAuthn)."},
    )
    pages = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether the service has pages for mailed links, at `/account/…`."
        },
    )


@blueprint.route("/", methods=["GET"])
@documented(
    HomeSchema,
    {"status": "ok", "service": "authapi", "version": "1.0.0", "links": {"/docs": "The API"}},
    operationId="getHome",
)
def show() -> Response:
    """Say what this is: as a page for browsers, as JSON for programs (RFC 9110, 12.5.1)."""
    paths = {rule.rule for rule in current_app.url_map.iter_rules()}
    shown = [link for link in _LINKS if link[0] in paths]
    version: str = current_app.config["API_VERSION"]
    if request.accept_mimetypes.best_match([_JSON, _HTML]) == _HTML:
        page = flask.render_template("home.html", links=shown, version=version)
        response = flask.make_response(page)
        response.headers["Content-Security-Policy"] = _POLICY
    else:
        links = {path: title for path, title, _ in shown}
        response = flask.jsonify(status="ok", service="authapi", version=version, links=links)
    response.vary.add("Accept")
    return response


@blueprint.route("/features", methods=["GET"])
@documented(FeaturesSchema, {"status": "ok", **_FEATURES}, operationId="getFeatures")
def features() -> dict[str, object]:
    """Tell clients what this service offers, so that they show no more than that."""
    return {"status": "ok", **services_of(current_app).features}


@blueprint.undescribed("/home.css")
def style() -> Response:
    """Serve the page's style."""
    folder = Path(__file__).parent / "static"
    return flask.send_from_directory(folder, "home.css", max_age=_STYLE_SECONDS)
