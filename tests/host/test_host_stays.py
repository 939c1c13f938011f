"""Adding the service does not change the app."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authapi import init_app
from authapi.settings import Settings
from tests.host.conftest import ORIGIN, existing_app
from tests.support.apps import end
from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE

ASKED = [
    ("GET", "/me"), ("GET", "/docs"), ("GET", "/static/own.css"), ("GET", "/nowhere"),
    ("GET", "/broken"), ("POST", "/upload"), ("GET", "/me/"), ("PUT", "/me"), ("GET", "/healthz"),
    ("GET", "/openapi.json"), ("POST", "/register"), ("OPTIONS", "/me"), ("GET", "/authors"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ASKED, ids=" ".join)
def test_it_answers_as_it_did(client: FlaskClient, method: str, path: str) -> None:
    """Its answers get no error page, policy, CORS or request id of the service."""

    def asked(client: FlaskClient) -> TestResponse:
        body = b"x" * 100_000 if method == "POST" else b""
        origin = {"Origin": ORIGIN}
        return client.open(path, method=method, headers=origin, data=body, buffered=True)

    before, after = asked(existing_app().test_client()), asked(client)
    assert (after.status, after.data) == (before.status, before.data)
    assert _unsigned(after) == _unsigned(before)


def _unsigned(answer: TestResponse) -> list[tuple[str, str]]:
    """Return all headers, with cookies without their signed time."""
    return sorted(
        (name, re.sub(r"(session=[^.]+)\.[^;]+", r"\1", told)) for name, told in answer.headers
    )


def test_its_sessions_are_its_own(client: FlaskClient) -> None:
    """The service neither reads nor sets cookies."""
    client.get("/me")
    with client.session_transaction() as session:
        assert dict(session) == {"name": "Ann"}
    assert "Set-Cookie" not in client.get("/auth/").headers


def test_its_configuration_is_not_touched(host: Flask) -> None:
    """No key is added or changed."""
    assert host.config == existing_app().config
    assert host.json.dumps({"b": 1, "a": 1}) == '{"a": 1, "b": 1}'
    assert host.url_map.strict_slashes
    assert host.url_map.merge_slashes


def test_url_for_leads_to_its_own_pages_and_to_the_service(host: Flask) -> None:
    """The service's endpoint has a name without a dot, as no blueprint's has."""
    with host.test_request_context("/", base_url="https://notes.example/app"):
        assert url_for("me") == "/app/me"
        assert url_for("authapi") == "/app/auth/"
        where = url_for("authapi", path="account/forgot", _external=True)
        assert where == "https://notes.example/app/auth/account/forgot"


def test_server_name_is_its_own(new_host: Flask) -> None:
    """It works outside of requests; the service answers to every name."""
    new_host.config["SERVER_NAME"] = "notes.example"
    client = new_host.test_client()
    with new_host.app_context():
        assert url_for("me") == "http://notes.example/me"
        assert url_for("authapi", path="me") == "http://notes.example/auth/me"
    assert client.get("/auth/healthz", base_url="http://notes.example").status_code == 200


@pytest.fixture
def choosy(settings: Settings) -> Iterator[Flask]:
    """An app with one trusted host."""
    app = existing_app()
    app.config["TRUSTED_HOSTS"] = ["notes.example"]
    init_app(app, settings=settings)
    yield app
    end(app)


def test_trusted_hosts_may_be_set_later(new_host: Flask) -> None:
    """They may be configured after `init_app`."""
    client = new_host.test_client()
    assert client.get("/auth/healthz", base_url="http://evil.example").status_code == 200
    new_host.config["TRUSTED_HOSTS"] = ["notes.example"]
    assert client.get("/auth/healthz", base_url="http://evil.example").status_code == 400
    assert client.get("/auth/healthz", base_url="http://notes.example").status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/auth/healthz"])
def test_trusted_hosts_are_obeyed_by_both(choosy: Flask, path: str) -> None:
    """Another host name is refused by app and service."""
    client = choosy.test_client()
    assert client.get(path, base_url="http://notes.example").status_code == 200
    assert client.get(path, base_url="http://evil.example").status_code == 400


WATCHED = """
import logging
from flask import Flask
from werkzeug.serving import WSGIRequestHandler
import authapi

def state():
    loggers = [logging.getLogger(name) for name in (None, "werkzeug", "notes")]
    return dict(vars(WSGIRequestHandler)), [(vars(each), list(each.filters)) for each in loggers]

app = Flask("notes")
before = state()
authapi.init_app(app)
assert state() == before
"""


def test_its_logging_and_its_development_server_stay(environment: dict[str, str]) -> None:
    """The service uses a logger of its own and does not change werkzeug's."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED],
        cwd=ROOT,
        env=clean_environment(environment),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_its_commands_stay_and_ours_are_beside_them(host: Flask) -> None:
    """`flask authapi users` does not hide the app's `flask users`."""
    run = host.test_cli_runner().invoke
    assert run(args=["users"]).output == f"the users of {host.name}\n"
    listed = run(args=["authapi", "users", "list"])
    assert listed.exit_code == 0, listed.output
    assert "PASSWORD HASH" in listed.output
