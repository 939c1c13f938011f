"""Requests that are repeated after a rotation of `JWT_SECRET`, since their answers were lost."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from authapi.core.secrets import Secret
from authapi.settings import Settings
from tests.support.actors import PASSWORD, Visitor
from tests.support.apps import served


@pytest.fixture
def servers(settings: Settings) -> Iterator[tuple[Visitor, Visitor]]:
    """Visitors of a server with the former secret, and of one with the new one beside it."""
    new = Secret(secrets.token_urlsafe(32))
    rotated = replace(settings, jwt_secret=new, jwt_secret_previous=settings.jwt_secret)
    with served(settings) as before, served(rotated) as after:
        yield before, after


def test_a_refresh_is_answered_again(servers: tuple[Visitor, Visitor]) -> None:
    """S54: The session goes on."""
    before, after = servers
    spent, key = before.log_in()["refresh_token"], secrets.token_hex(16)
    assert before.refresh(spent, key).status_code == 200
    again = after.refresh(spent, key)
    assert again.status_code == 200
    assert after.refresh(again.json()["refresh_token"]).status_code == 200


def test_a_registration_is_answered_again(servers: tuple[Visitor, Visitor]) -> None:
    """Contract 4: Anybody else is told that the name is taken."""
    name, key = f"user-{secrets.token_hex(6)}", secrets.token_hex(16)
    for server in servers:
        assert server.register(name, PASSWORD, key).status_code == 200
    assert servers[1].register(name, PASSWORD, secrets.token_hex(16)).status_code == 400
