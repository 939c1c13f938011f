"""`POST /introspect` (RFC 7662), called by another service."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

import pytest
import requests
from flask import Flask

import authapi
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.core.secrets import Secret
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

CREDENTIAL = "for-tests/Qw7+Tq2Lr9%41ZpK"


def basic(name: str, password: str) -> str:
    """Return an `Authorization` header (RFC 7617)."""
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


WAYS = {
    "basic": basic("orders", CREDENTIAL),
    "basic, encoded as RFC 6749 wants it": basic("orders", quote_plus(CREDENTIAL)),
    "bearer": f"Bearer {CREDENTIAL}",
}


@pytest.fixture(scope="module")
def apps() -> list[Flask]:
    """The app that is served."""
    return []


@pytest.fixture(scope="module")
def moved() -> MovedClock:
    """That app's clock."""
    return MovedClock()


@pytest.fixture(scope="module")
def open_to_services(settings: Settings, apps: list[Flask], moved: MovedClock) -> Iterator[Visitor]:
    """Someone at a service that other services may ask."""
    changed = replace(settings, introspection_secret=Secret(CREDENTIAL))
    with served(changed, moved, prepare=apps.append) as visitor:
        yield visitor


def ask(visitor: Visitor, token: str, header: str = WAYS["basic"]) -> requests.Response:
    """Ask about a token."""
    headers = {"Authorization": header} if header else {}
    return visitor.send("POST", "/introspect", data={"token": token}, headers=headers)


@pytest.mark.parametrize("way", WAYS)
def test_a_good_token_is_active_and_says_what_it_says(
    open_to_services: Visitor, apps: list[Flask], way: str
) -> None:
    """The answer has its claims and roles (RFC 7662, 2.2)."""
    name = open_to_services.new_user()
    services_of(apps[0])[Administration].change_roles(UserRef(name), {"editor"}, (), now=False)
    token = open_to_services.log_in(name)["access_token"]
    answer = ask(open_to_services, token, WAYS[way])
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    assert (said.pop("status"), said.pop("active"), said.pop("token_type")) == (
        "ok",
        True,
        "Bearer",
    )
    assert said.pop("username") == name
    assert {**said, "ep": 0} == payload_of(token)
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_ended_an_expired_and_any_other_token_are_not_active(
    open_to_services: Visitor, moved: MovedClock
) -> None:
    """S58: The answer does not tell why."""
    ended, expired = (open_to_services.log_in() for _ in range(2))
    open_to_services.log_out(ended["refresh_token"])
    moved.move(seconds=0.6)
    assert ask(open_to_services, ended["access_token"]).json() == {"status": "ok", "active": False}
    moved.move(minutes=16)
    others = [expired["access_token"], expired["refresh_token"], "x", "é" * 9, "x" * 9000]
    for token in others:
        answer = ask(open_to_services, token)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "active": False})
    moved.reset()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "missing_token"),
        ("Digest x", "missing_token"),
        ("Bearer another-credential", "invalid_token"),
        ("Bearer ", "invalid_token"),
        (basic(CREDENTIAL, ""), "invalid_token"),
        (basic("orders", "wrong"), "invalid_token"),
        ("Basic ???", "invalid_token"),
        ("Basic /////w==", "invalid_token"),
        ("Basic", "invalid_token"),
    ],
)
def test_nobody_else_is_told_anything(open_to_services: Visitor, header: str, code: str) -> None:
    """Without the credential even malformed requests get a 401 (RFC 7662, 2.1)."""
    token = open_to_services.log_in()["access_token"]
    refused = ask(open_to_services, token, header)
    assert error_code(refused) == (401, code)
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    headers = {"Authorization": header} if header else {}
    assert open_to_services.send("POST", "/introspect", headers=headers).status_code == 401


def test_an_access_token_is_no_credential(open_to_services: Visitor) -> None:
    """It does not allow to ask about other tokens."""
    token = open_to_services.log_in()["access_token"]
    assert error_code(ask(open_to_services, token, f"Bearer {token}")) == (401, "invalid_token")


@pytest.mark.parametrize("body", [{"data": {}}, {"data": {"token": ""}}, {"json": {"token": "x"}}])
def test_a_question_without_a_token_is_a_422(
    open_to_services: Visitor, body: dict[str, Any]
) -> None:
    """The body is a form, as RFC 7662 requires."""
    headers = {"Authorization": WAYS["basic"]}
    refused = open_to_services.send("POST", "/introspect", headers=headers, **body)
    assert error_code(refused) == (422, "validation_error")
    assert refused.json()["message"] == "Token is missing."


def test_without_a_credential_there_is_nothing_to_ask(visitor: Visitor) -> None:
    """Without `INTROSPECTION_SECRET` it is a 404."""
    for header in ("", f"Bearer {CREDENTIAL}", "Bearer "):
        assert error_code(ask(visitor, "x", header)) == (404, "not_found")


def test_an_apps_own_claims_are_told_and_change_none_of_ours(settings: Settings) -> None:
    """They cannot replace the members of the answer, such as `active`."""

    def prepare(app: Flask) -> None:
        authapi.claims(app)(lambda _: {"tenant": {"ids": [1]}, "status": "x", "active": False})

    changed = replace(settings, introspection_secret=Secret(CREDENTIAL))
    with served(changed, prepare=prepare) as visitor:
        said = ask(visitor, visitor.log_in()["access_token"]).json()
    assert (said["status"], said["active"], said["tenant"]) == ("ok", True, {"ids": [1]})
