"""An app behind nginx and Caddy that only requests with an access token reach."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from flask import Flask

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from tests.conftest import services_of
from tests.deploy.callers import Caller
from tests.deploy.certificates import Certificate, make_certificate
from tests.deploy.mirror import mirror
from tests.deploy.proxies import KINDS, protecting
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.clock import MovedClock
from tests.support.servers import free_port

pytestmark = pytest.mark.external

NAMES = ("X-Auth-User", "X-Auth-User-Id", "X-Auth-Roles")
FORGED = [
    *NAMES,
    *(name.lower() for name in NAMES),
    *(name.replace("-", "_") for name in NAMES),
    *("X-Auth_User", "X_Auth-User"),
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """The certificate that every proxy here shows."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each of the two proxies in turn."""
    return str(request.param)


@contextmanager
def coming(
    kind: str, service: int, certificate: Certificate, folder: Path, ask: str = "/verify"
) -> Iterator[tuple[Caller, list[str]]]:
    """Serve the app behind the proxy; yield a function that makes clients, and the paths."""
    paths: list[str] = []
    with (
        mirror(paths) as app,
        protecting(kind, app, service, ask, folder, certificate) as proxy,
    ):
        caller = Caller(proxy.https, certificate.chain)
        yield caller, paths
        caller.close()


@pytest.fixture(scope="module")
def service_port(base_url: str) -> int:
    """Where the service listens."""
    port = urlsplit(base_url).port
    assert port is not None
    return port


@pytest.fixture(scope="module")
def come(
    kind: str,
    service_port: int,
    certificate: Certificate,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Caller, list[str]]]:
    """Somebody who comes to the protected app."""
    with coming(kind, service_port, certificate, tmp_path_factory.mktemp(kind)) as come:
        yield come


def ask(
    caller: Caller, tokens: dict[str, Any] | None, headers: dict[str, str] | None = None
) -> requests.Response:
    """Ask the app for something."""
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"} if tokens else {}
    return caller.send("GET", "/app?a=b", headers={**bearer, **(headers or {})})


def told(answer: requests.Response) -> dict[str, str]:
    """Return the headers that reached the app, in lower case with `-` for `_`, as WSGI has them."""
    assert answer.status_code == 200, answer.text
    seen = [(name.lower().replace("_", "-"), value) for name, value in answer.json()["headers"]]
    about = [(name, value) for name, value in seen if name.startswith("x-auth-")]
    assert len(about) == len(dict(about))
    return {name: value for name, value in about if value}


def give(app: Flask, name: str, *roles: str) -> None:
    """Give a user roles."""
    services_of(app)[Administration].change_roles(UserRef(name), set(roles), (), now=False)


@pytest.mark.parametrize("name", ["ann+1@example.com", "Jürgen Groß", "漢 字", "100%,a"])
def test_the_app_is_told_who_is_calling(
    come: tuple[Caller, list[str]], visitor: Visitor, app: Flask, name: str
) -> None:
    """It gets name, id and roles; a name beyond ASCII is percent-encoded."""
    name = f"{name}{fresh_name()}"
    assert visitor.register(name).status_code == 200
    give(app, name, "editor", "writer")
    tokens = visitor.log_in(name)
    about = told(ask(come[0], tokens))
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    me = visitor.send("GET", "/me", headers=headers).json()
    assert unquote(about["x-auth-user"]) == name
    assert about["x-auth-user"].isascii()
    assert about["x-auth-user-id"] == me["user_id"]
    assert about["x-auth-roles"] == "editor,writer"


@pytest.mark.parametrize("header", FORGED)
@pytest.mark.parametrize("roles", [[], ["reader"]])
def test_what_a_client_says_about_itself_never_reaches_the_app(
    come: tuple[Caller, list[str]], visitor: Visitor, app: Flask, header: str, roles: list[str]
) -> None:
    """S27: The client's own `X-Auth-` headers are removed in any spelling."""
    name = visitor.new_user()
    if roles:
        give(app, name, *roles)
    about = told(ask(come[0], visitor.log_in(name), {header: "admin"}))
    assert "admin" not in about.values()
    assert about["x-auth-user"] == name
    assert about.get("x-auth-roles", "") == ",".join(roles)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, "missing_token"),
        ({"Authorization": "Basic " + base64.b64encode(b"a:b").decode()}, "missing_token"),
        ({"Authorization": "Bearer x"}, "invalid_token"),
        ({"X-Auth-User": "admin", "X-Auth-User-Id": "1"}, "missing_token"),
        (
            {"Origin": "https://app.example", "Access-Control-Request-Method": "PUT"},
            "missing_token",
        ),
        ({"X-Original-URI": "/healthz", "X-Forwarded-Uri": "/healthz"}, "missing_token"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_nobody_gets_in_without_a_token(
    come: tuple[Caller, list[str]], sent: dict[str, str], code: str, method: str
) -> None:
    """S43: The answer is the service's 401 with one challenge; the app gets nothing."""
    caller, paths = come
    before = len(paths)
    refused = caller.send(method, "/app", headers=sent, data=b"x" if method == "POST" else None)
    assert error_code(refused) == (401, code)
    expected = "Bearer" if code == "missing_token" else 'Bearer error="invalid_token"'
    assert refused.headers["WWW-Authenticate"].startswith(expected)
    assert refused.headers["WWW-Authenticate"].count("Bearer") == 1
    assert len(paths) == before


def test_an_expired_token_is_told_as_one(
    come: tuple[Caller, list[str]], visitor: Visitor, clock: MovedClock
) -> None:
    """The code tells clients to refresh."""
    tokens = visitor.log_in()
    clock.move(minutes=16)
    assert error_code(ask(come[0], tokens)) == (401, "token_expired")


def test_a_logout_holds_behind_the_proxy_within_a_second(
    come: tuple[Caller, list[str]], visitor: Visitor, clock: MovedClock
) -> None:
    """S58: The proxy caches no answer of the service."""
    tokens = visitor.log_in()
    assert ask(come[0], tokens).status_code == 200
    visitor.log_out(tokens["refresh_token"])
    clock.move(seconds=0.6)
    assert error_code(ask(come[0], tokens)) == (401, "invalid_token")


def test_a_body_reaches_the_app_and_not_the_question(
    come: tuple[Caller, list[str]], visitor: Visitor
) -> None:
    """A POST is authorised without its body, and then passed on whole."""
    headers = {"Authorization": f"Bearer {visitor.log_in()['access_token']}"}
    caller, paths = come
    answer = caller.send("POST", "/whole", headers=headers, data=b"x" * 100_000)
    assert answer.status_code == 204
    assert paths[-1] == "/whole"


def test_a_part_may_ask_for_a_role(
    kind: str,
    service_port: int,
    certificate: Certificate,
    tmp_path: Path,
    visitor: Visitor,
    app: Flask,
) -> None:
    """Without the role a request gets a 403 (RFC 6750, 3.1)."""
    editor, other = visitor.new_user(), visitor.new_user()
    give(app, editor, "editor")
    asked = "/verify?role=editor"
    with coming(kind, service_port, certificate, tmp_path, asked) as (caller, paths):
        assert told(ask(caller, visitor.log_in(editor)))["x-auth-roles"] == "editor"
        before = len(paths)
        refused = ask(caller, visitor.log_in(other))
        assert error_code(refused) == (403, "forbidden")
        assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
        assert error_code(ask(caller, None)) == (401, "missing_token")
        assert len(paths) == before


def test_while_the_service_is_away_nobody_gets_in(
    kind: str, certificate: Certificate, tmp_path: Path, visitor: Visitor
) -> None:
    """S74: The proxy lets no request through."""
    with coming(kind, free_port(), certificate, tmp_path) as (caller, paths):
        refused = ask(caller, visitor.log_in(), {"X-Auth-User": "admin"})
        assert error_code(refused) == (503, "service_unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert paths == []
