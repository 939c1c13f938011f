"""An existing app that uses many features of Flask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import flask
import pytest
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    render_template,
    session,
    url_for,
)
from flask.json.provider import DefaultJSONProvider
from flask.testing import FlaskClient

from authapi import current_identity, init_app, recent_login_required, token_required
from authapi.settings import Settings
from tests.support.actors import PASSWORD, fresh_name
from tests.support.apps import end
from tests.support.clock import MovedClock

ORIGIN = "https://app.example"


class SortedJson(DefaultJSONProvider):
    """JSON as this app writes it."""

    sort_keys = True
    compact = False
    mimetype = "application/vnd.host+json"


def existing_app() -> Flask:
    """Return the app, which has sessions, pages, files and commands like the service's."""
    app = Flask(__name__)
    app.secret_key = "of the host's own"
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.json = SortedJson(app)
    for name in ("auth", "health", "home", "pages"):
        app.register_blueprint(Blueprint(name, __name__))
    _add_pages(app)
    _add_hooks(app)

    @app.cli.command("users")
    def users() -> None:
        click.echo(f"the users of {current_app.name}")

    return app


def _add_pages(app: Flask) -> None:
    @app.get("/me")
    def me() -> str:
        session["name"] = "Ann"
        return render_template("page.html", title="me")

    @app.get("/docs")
    def docs() -> str:
        return f"the manual, with {url_for('static', filename='own.css')} and {url_for('me')}"

    @app.post("/upload")
    def upload() -> dict[str, int]:
        return {"size": len(flask.request.get_data()), "a": 1}

    @app.get("/broken")
    def broken() -> str:
        return str(1 // 0)


def _add_hooks(app: Flask) -> None:
    app.before_request(lambda: flask.g.setdefault("seen", True) and None)

    @app.after_request
    def sign(response: Response) -> Response:
        response.headers["X-Host"] = "yes"
        return response

    app.register_error_handler(404, lambda _error: ("<h1>not here</h1>", 404))
    app.register_error_handler(500, lambda _error: ("<h1>broken</h1>", 500))


def add_notes(app: Flask) -> None:
    """Give the app what the service guards."""

    @app.get("/notes")
    @token_required
    def notes() -> dict[str, str]:
        return {"owner": current_identity.username}

    @app.get("/secret")
    @recent_login_required(minutes=5)
    def secret() -> Response:
        return jsonify(owner=current_identity.username)

    @app.get("/card")
    @token_required
    def card() -> str:
        return flask.render_template_string("{{ current_identity.username }}")

    @app.get("/admin")
    @token_required(roles="admin")
    def admin() -> str:
        return "everything"


@pytest.fixture(scope="module")
def host(settings: Settings, _clock: MovedClock) -> Iterator[Flask]:
    """The app with the service at `/auth`."""
    app = existing_app()
    init_app(app, settings=settings, clock=_clock)
    add_notes(app)
    yield app
    end(app)


@pytest.fixture
def new_host(settings: Settings) -> Iterator[Flask]:
    """Another one, which nobody has asked anything yet."""
    app = existing_app()
    init_app(app, settings=settings)
    add_notes(app)
    yield app
    end(app)


@pytest.fixture
def client(host: Flask) -> FlaskClient:
    """A caller of it."""
    return host.test_client()


@pytest.fixture
def tokens(client: FlaskClient) -> dict[str, Any]:
    """The tokens of a user who registered and logged in at the service."""
    return logged_in(client)


def logged_in(client: FlaskClient) -> dict[str, Any]:
    """Register a user, log in, and return the tokens and the name."""
    user = {"username": fresh_name(), "password": PASSWORD}
    assert client.post("/auth/register", json=user).status_code == 200
    found: dict[str, Any] = client.post("/auth/authenticate", json=user).get_json()
    return {**found, "username": user["username"]}


def bearing(tokens: dict[str, Any]) -> dict[str, str]:
    """Return the header of a request with the access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}
