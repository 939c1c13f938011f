"""Requests that are repeated after a rotation of `JWT_SECRET`, since their answers were lost."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from authapi.core.secrets import Secret
from authapi.settings import Settings
from tests.support.actors import PASSWORD, Visitor
from tests.support.apps import served
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.forging import payload_of


@pytest.fixture
def servers(settings: Settings, clock: MovedClock) -> Iterator[tuple[Visitor, Visitor]]:
    """Visitors of a server with the former secret, and of one with the new one beside it."""
    new = Secret(secrets.token_urlsafe(32))
    rotated = replace(settings, jwt_secret=new, jwt_secret_previous=settings.jwt_secret)
    with served(settings, clock) as before, served(rotated, clock) as after:
        yield before, after


def test_a_refresh_is_answered_again(servers: tuple[Visitor, Visitor]) -> None:
    """S54: The session goes on."""
    before, after = servers
    spent, key = before.log_in()["refresh_token"], secrets.token_hex(16)
    assert before.refresh(spent, key).status_code == 200
    again = after.refresh(spent, key)
    assert again.status_code == 200
    assert after.refresh(again.json()["refresh_token"]).status_code == 200


def test_a_login_is_answered_again(servers: tuple[Visitor, Visitor]) -> None:
    """Contract 7: There is one session, and its tokens go on."""
    name, key = servers[0].new_user(), {"Idempotency-Key": secrets.token_hex(16)}
    body = {"username": name, "password": PASSWORD}
    first, again = [server.post("/authenticate", body, key).json() for server in servers]
    assert payload_of(again["refresh_token"])["sid"] == payload_of(first["refresh_token"])["sid"]
    assert servers[1].refresh(again["refresh_token"]).status_code == 200


def test_a_login_by_two_factors_is_answered_again(
    servers: tuple[Visitor, Visitor], clock: MovedClock
) -> None:
    """Contract 7: Its code is used up, and leads to the session that it opened."""
    owner = Owner(servers[0], clock.stop()).enrol()
    key = {"Idempotency-Key": secrets.token_hex(16)}
    body = {"mfa_token": owner.mfa_token(), "code": owner.next_code()}
    first, again = [server.post("/authenticate/second", body, key) for server in servers]
    assert (first.status_code, again.status_code) == (200, 200)
    ids = {payload_of(one.json()["refresh_token"])["sid"] for one in (first, again)}
    assert len(ids) == 1


def test_a_registration_is_answered_again(servers: tuple[Visitor, Visitor]) -> None:
    """Contract 4: Anybody else is told that the name is taken."""
    name, key = f"user-{secrets.token_hex(6)}", secrets.token_hex(16)
    for server in servers:
        assert server.register(name, PASSWORD, key).status_code == 200
    assert servers[1].register(name, PASSWORD, secrets.token_hex(16)).status_code == 400
