"""The list of common passwords over HTTP and at the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from authapi import create_app
from authapi.database import Database
from authapi.settings import DEVELOPMENT, Settings
from tests.cli.conftest import flask_process
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.servers import in_thread

COMMON = "This password is on a list of common passwords. Choose another."
USERNAME = "This password is little more than the username. Choose another."


@pytest.fixture(scope="module")
def strict_url(settings: Settings) -> Iterator[str]:
    """A production service that was told nothing about the list."""
    app = create_app(replace(settings, password_blocklist=None))
    with in_thread(app) as url:
        yield url
    services_of(app)[Database].close()


@pytest.fixture
def newcomer(strict_url: str) -> Iterator[Visitor]:
    """Someone who uses that service."""
    visitor = Visitor(strict_url)
    yield visitor
    visitor.close()


def test_production_refuses_a_common_password_and_says_why(newcomer: Visitor) -> None:
    """S6: The field is named, and no user is registered."""
    name = fresh_name()
    answer = newcomer.register(name, "Password123")
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"] == {"password": [COMMON]}
    assert newcomer.register(name, PASSWORD).status_code == 200


def test_production_refuses_the_username(newcomer: Visitor) -> None:
    """S7: A number after it does not help."""
    name = f"{fresh_name()}@example.com"
    answer = newcomer.register(name, name.upper() + "1")
    assert answer.json()["errors"] == {"password": [USERNAME]}


def test_a_password_is_not_changed_to_a_common_one(newcomer: Visitor) -> None:
    """S6: The field is named, and the old password stays."""
    name = newcomer.new_user()
    headers = {"Authorization": f"Bearer {newcomer.log_in(name)['access_token']}"}
    body = {"current_password": PASSWORD, "new_password": "iloveyou"}
    answer = newcomer.post("/password", body, headers)
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"] == {"new_password": [COMMON]}
    body["new_password"] = name
    answer = newcomer.post("/password", body, headers)
    assert answer.json()["errors"] == {"new_password": [USERNAME]}
    assert newcomer.authenticate(name).status_code == 200


def test_a_common_password_that_is_in_use_still_logs_in(
    visitor: Visitor, newcomer: Visitor
) -> None:
    """The list applies to new passwords only."""
    name = visitor.new_user("password123")
    assert newcomer.authenticate(name, "password123").status_code == 200


def test_a_development_server_takes_what_tutorials_type(settings: Settings) -> None:
    """S6: `user1` / `password123` works without a setting."""
    app = create_app(replace(settings, environment=DEVELOPMENT, password_blocklist=None))
    body = {"username": fresh_name(), "password": "password123"}
    answer = app.test_client().post("/register", json=body)
    services_of(app)[Database].close()
    assert answer.status_code == 200


@pytest.mark.parametrize(("told", "code"), [("on", 1), ("off", 0)])
def test_the_setting_decides_at_the_command_line(
    environment: Mapping[str, str], told: str, code: int
) -> None:
    """S6: `flask users create` obeys `PASSWORD_BLOCKLIST`."""
    environment = {**environment, "PASSWORD_BLOCKLIST": told}
    args = ("users", "create", fresh_name(), "--password-stdin")
    done = flask_process(environment, *args, stdin=b"password123\n")
    assert done.code == code
    assert done.said == (f"Error: {COMMON}\n" if code else "")


def test_any_other_word_keeps_the_service_from_starting() -> None:
    """A misspelt `off` is an error."""
    with pytest.raises(Exception, match="PASSWORD_BLOCKLIST must be one of: on, off"):
        Settings.from_environ({"AUTHAPI_ENV": "development", "PASSWORD_BLOCKLIST": "of"})
