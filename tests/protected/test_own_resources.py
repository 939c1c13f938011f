"""An app's own views with `@token_required`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask

from authapi import create_app, current_identity, token_required
from authapi.database import Database
from authapi.settings import Settings
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.claims import session_of
from tests.support.forging import payload_of

blueprint = Blueprint("notes", __name__)


@blueprint.route("/notes/<int:number>", methods=["GET", "PUT"])
@token_required
def note(number: int) -> dict[str, Any]:
    """Say who asks for which note."""
    return {
        "number": number,
        "username": current_identity.username,
        "user_id": current_identity.user_id,
        "session_id": current_identity.session_id,
        "token_id": current_identity.token_id,
        "expires_at": current_identity.expires_at.timestamp(),
    }


@blueprint.route("/careless")
def careless() -> dict[str, Any]:
    """Use `current_identity` without the decorator."""
    return {"username": current_identity.username}


def with_notes(app: Flask) -> None:
    """Give `app` these resources."""
    app.register_blueprint(blueprint)


@pytest.fixture(scope="module")
def reader(settings: Settings) -> Iterator[Visitor]:
    """A visitor of a service with notes."""
    with served(settings, prepare=with_notes) as visitor:
        yield visitor


def read(reader: Visitor, path: str, token: str | None) -> Any:  # noqa: ANN401 - an answer
    """Ask for `path` with `token`."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return reader.send("GET", path, headers=headers)


def test_the_view_knows_who_is_calling(reader: Visitor) -> None:
    """S36: `current_identity` has the claims of the token."""
    name = reader.new_user()
    token = reader.log_in(name)["access_token"]
    claims = payload_of(token)
    answer = read(reader, "/notes/7", token)
    assert answer.json() == {
        "number": 7,
        "username": name,
        "user_id": claims["uid"],
        "session_id": claims["sid"],
        "token_id": claims["jti"],
        "expires_at": claims["exp"],
    }


@pytest.mark.parametrize(("token", "code"), [(None, "missing_token"), ("x", "invalid_token")])
def test_nobody_gets_in_without_a_token(reader: Visitor, token: str | None, code: str) -> None:
    """S43: The answer is that of `/protected`."""
    answer = read(reader, "/notes/7", token)
    assert error_code(answer) == (401, code)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_refresh_token_is_refused_here_too(reader: Visitor) -> None:
    """S37: Only access tokens are accepted."""
    assert error_code(read(reader, "/notes/7", reader.log_in()["refresh_token"])) == (
        401,
        "invalid_token",
    )


def test_every_guarded_view_keeps_its_name_and_methods(settings: Settings) -> None:
    """The decorator does not hide the view's attributes."""
    app = create_app(settings)
    with_notes(app)
    assert note.__name__ == "note"
    assert note.__doc__ == "Say who asks for which note."
    assert app.url_map.bind("").match("/notes/1", method="PUT") == ("notes.note", {"number": 1})


def test_callers_do_not_get_mixed_up(reader: Visitor) -> None:
    """S36: Requests on one connection have their own identity."""
    names = [reader.new_user() for _ in range(3)]
    tokens = {name: reader.log_in(name)["access_token"] for name in names}
    for name in names * 2:
        assert read(reader, "/notes/1", tokens[name]).json()["username"] == name


def test_outside_a_guarded_view_nobody_is_calling(reader: Visitor, app: Flask) -> None:
    """S73: `current_identity` raises a RuntimeError, which is a plain 500."""
    with app.test_request_context("/"), pytest.raises(RuntimeError, match="@token_required"):
        _ = current_identity.username
    token = reader.log_in()["access_token"]
    assert error_code(read(reader, "/careless", token)) == (500, "internal_error")


def test_a_caller_is_forgotten_when_the_view_ends(settings: Settings) -> None:
    """S73: The next request in the same thread has no identity."""
    app = create_app(settings)
    with_notes(app)
    services = services_of(app)
    token = services[TokenService].issue_access(session_of("Ann")).access_token
    client = app.test_client()  # answers in this thread
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/notes/1", headers=headers).status_code == 200
    assert client.get("/careless").status_code == 500
    services[Database].close()


def test_outside_any_request_nobody_is_calling() -> None:
    """S73: `current_identity` raises a RuntimeError."""
    with pytest.raises(RuntimeError):
        _ = current_identity.username
