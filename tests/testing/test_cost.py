"""The database commands of a login with `authapi.testing`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask

from authapi import create_app, testing
from authapi.core.errors import ApiError
from authapi.passwords.hashing import PasswordHasher
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import PASSWORD
from tests.support.commands import Commands


@dataclass
class Counted:
    """An app under test, and what it asks of its database."""

    app: Flask
    commands: Commands

    def log_in(self, username: str | None = None, roles: str = "") -> list[str]:
        """Log somebody in; return the commands."""
        self.commands.since_last()
        testing.log_in(self.app, username, roles=[roles] if roles else [])
        return self.commands.since_last()


@pytest.fixture(scope="module")
def counted(settings: Settings) -> Iterator[Counted]:
    """An app of somebody's own; its first answers made the indexes."""
    name = f"cost_{secrets.token_hex(6)}"
    commands = Commands(name)
    app = create_app(replace(settings, mongo_database=name))
    testing.log_in(app)
    yield Counted(app, commands)
    testing.close(app)


@pytest.fixture
def _no_hash(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = services_of(counted.app)[PasswordHasher]
    for method in ("hash", "verify_password", "admit"):
        monkeypatch.setattr(hasher, method, None)


@pytest.mark.usefixtures("_no_hash")
def test_a_login_is_one_insert_and_one_more_for_a_new_user(counted: Counted) -> None:
    """It has no hash, limit or event."""
    assert counted.log_in() == ["insert users", "insert sessions"]
    assert counted.log_in("Ann", "editor") == ["find users", "insert users", "insert sessions"]
    assert counted.log_in("Ann", "editor") == ["find users", "insert sessions"]


def test_no_session_of_a_user_ends_however_often_tests_log_in(settings: Settings) -> None:
    """`SESSIONS_PER_USER` does not apply."""
    app = create_app(replace(settings, sessions_per_user=1))
    first, _ = testing.client_of(app, "Often"), testing.client_of(app, "Often")
    assert first.get("/me").status_code == 200
    assert len(first.get("/sessions").get_json()["sessions"]) == 2
    testing.close(app)


def test_a_disabled_user_is_refused_as_everywhere(counted: Counted) -> None:
    """S41: An app can test that."""
    testing.log_in(counted.app, "Dan")
    run = counted.app.test_cli_runner().invoke(args=["users", "disable", "Dan"])
    assert run.exit_code == 0, run.output
    with pytest.raises(ApiError, match="Invalid credentials"):
        testing.log_in(counted.app, "Dan")


def test_a_user_of_the_tests_has_no_password(counted: Counted) -> None:
    """Nobody can log in as one over HTTP."""
    testing.log_in(counted.app, "Eve")
    body = {"username": "Eve", "password": PASSWORD}
    assert counted.app.test_client().post("/authenticate", json=body).status_code == 401
