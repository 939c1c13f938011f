"""`@token_required` and other decorators in an app with the service added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, current_app
from flask.json.provider import DefaultJSONProvider
from flask.testing import FlaskClient

from authapi import claims, init_app, signal
from authapi.core.events import SecurityEvent
from authapi.core.identity import Identity
from authapi.core.secrets import Secret
from authapi.database import Database
from authapi.settings import Settings
from tests.conftest import services_of
from tests.host.conftest import add_notes, bearing, existing_app, logged_in
from tests.support.actors import PASSWORD, fresh_name
from tests.support.clock import MovedClock
from tests.support.forging import payload_of
from tests.support.servers import free_port


def test_a_view_of_the_host_knows_who_calls(client: FlaskClient, tokens: dict[str, Any]) -> None:
    """S36: The service's access tokens are accepted."""
    answer = client.get("/notes", headers=bearing(tokens))
    assert answer.get_json() == {"owner": tokens["username"]}
    assert answer.headers["X-Host"] == "yes"


def test_nobody_else_gets_in(client: FlaskClient) -> None:
    """S43: A request without a token gets the service's 401 with its challenge."""
    answer = client.get("/notes")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "missing_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["X-Host"] == "yes"
    wrong = client.get("/notes", headers={"Authorization": "Bearer x"})
    assert wrong.get_json()["code"] == "invalid_token"


class GuardedJson(DefaultJSONProvider):
    """Writes JSON that no page can load as a script, as some frameworks want it."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:  # noqa: ANN401 - Flask's own signature
        """Return `obj` as JSON after a line that is none."""
        return ")]}',\n" + super().dumps(obj, **kwargs)


def test_a_refusal_does_not_depend_on_how_the_host_writes_json(new_host: Flask) -> None:
    """S43: It is the service's answer."""
    new_host.json = GuardedJson(new_host)
    answer = new_host.test_client().get("/notes")
    assert (answer.status_code, json.loads(answer.data)["code"]) == (401, "missing_token")


def test_an_ended_session_is_over_there_too(client: FlaskClient, tokens: dict[str, Any]) -> None:
    """Its access token is refused at once in this process."""
    client.post("/auth/logout", json={"refresh_token": tokens["refresh_token"]})
    assert client.get("/notes", headers=bearing(tokens)).status_code == 401


def test_a_recent_login_can_be_asked_for(
    client: FlaskClient, tokens: dict[str, Any], clock: MovedClock
) -> None:
    """The refusal has the challenge of RFC 9470."""
    assert client.get("/secret", headers=bearing(tokens)).status_code == 200
    clock.move(minutes=6)
    answer = client.get("/secret", headers=bearing(tokens))
    assert answer.get_json()["code"] == "insufficient_user_authentication"
    assert 'max_age="300"' in answer.headers["WWW-Authenticate"]


def test_a_hosts_own_page_for_a_401_is_shown(new_host: Flask) -> None:
    """It is used for the host's views, not for the service's."""
    new_host.register_error_handler(401, lambda error: (f"<h1>{error.description}</h1>", 401))
    client = new_host.test_client()
    assert client.get("/notes").text == "<h1>Missing Authorization header.</h1>"
    assert client.get("/auth/me").get_json()["code"] == "missing_token"


@pytest.fixture
def lost(settings: Settings) -> Iterator[FlaskClient]:
    """A caller of a host whose database is away."""
    app = existing_app()
    uri = Secret(f"mongodb://127.0.0.1:{free_port()}")
    init_app(app, settings=replace(settings, mongo_uri=uri, mongo_timeout_ms=200))
    add_notes(app)
    yield app.test_client()
    services_of(app)[Database].close()  # nothing is left to be written there


def test_a_database_that_is_away_is_a_503(lost: FlaskClient, tokens: dict[str, Any]) -> None:
    """The guard answers it; the host's page for errors is not shown."""
    answer = lost.get("/notes", headers=bearing(tokens))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "service_unavailable")
    assert answer.headers["Retry-After"] == "2"


def test_code_of_the_host_runs_in_the_host(new_host: Flask) -> None:
    """Claims functions and signal receivers have the host as `current_app`."""
    apps: list[str] = []

    @claims(new_host)
    def tenant(_identity: Identity) -> dict[str, str]:
        return {"tenant": current_app.name}

    def hear(app: Flask, event: SecurityEvent) -> None:
        apps.append(f"{current_app.name} {event.event}" if app is new_host else "another")

    with signal("login_succeeded").connected_to(hear):
        tokens = logged_in(new_host.test_client())
    assert payload_of(tokens["access_token"])["tenant"] == new_host.name
    assert apps == [f"{new_host.name} login_succeeded"]


def test_a_fault_of_its_code_is_raised_where_the_host_is_tested(new_host: Flask) -> None:
    """Otherwise it becomes a plain 500, and no session is stored."""

    @claims(new_host)
    def tenant(_identity: Identity) -> dict[str, str]:
        raise LookupError

    client = new_host.test_client()
    user = {"username": fresh_name(), "password": PASSWORD}
    client.post("/auth/register", json=user)
    assert client.post("/auth/authenticate", json=user).get_json()["code"] == "internal_error"
    new_host.testing = True
    with pytest.raises(LookupError):
        client.post("/auth/authenticate", json=user)


def test_templates_of_the_host_know_the_caller(client: FlaskClient, tokens: dict[str, Any]) -> None:
    """They have `current_identity`."""
    assert client.get("/card", headers=bearing(tokens)).text == tokens["username"]


def test_roles_are_asked_for(client: FlaskClient, tokens: dict[str, Any]) -> None:
    """Without the role the answer is a 403 of the usual form."""
    answer = client.get("/admin", headers=bearing(tokens))
    assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden")
