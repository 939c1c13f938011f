"""`flask users` disable, enable, logout and delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask

from authapi.database import Collections
from authapi.sessions.models import OpenedSession
from authapi.sessions.opening import SessionOpening
from tests.cli.conftest import Operator, flask_process
from tests.conftest import services_of
from tests.support.actors import Visitor, error_code
from tests.support.staleness import seconds_accepted

DEAD = (401, "invalid_token")


def test_a_disabled_user_is_out_within_a_second(
    environment: Mapping[str, str], visitor: Visitor
) -> None:
    """S41: Refresh and login fail at once, access tokens within a second, in every process."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    assert visitor.protected(tokens["access_token"]).status_code == 200
    done = flask_process(environment, "users", "disable", name)
    assert done.code == 0, done.err
    assert seconds_accepted(visitor, tokens["access_token"]) < 1
    assert error_code(visitor.protected(tokens["access_token"])) == DEAD
    assert visitor.refresh(tokens["refresh_token"]).status_code == 400
    assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")


def test_a_user_enabled_again_logs_in(operator: Operator, visitor: Visitor) -> None:
    """The user is shown as active."""
    name = visitor.new_user()
    operator("users", "disable", name)
    assert operator("users", "show", name, "--json").json["disabled"] is True
    assert operator("users", "enable", name).code == 0
    assert operator("users", "show", name, "--json").json["disabled"] is False
    assert visitor.authenticate(name).status_code == 200


def test_a_user_is_logged_out_everywhere(operator: Operator, visitor: Visitor) -> None:
    """S41: All tokens are refused at once; a new login works right away."""
    name = visitor.new_user()
    pairs = [visitor.log_in(name) for _ in range(2)]
    assert operator("users", "logout", name).out == "2 sessions ended.\n"
    for tokens in pairs:
        assert error_code(visitor.protected(tokens["access_token"])) == DEAD
        assert visitor.refresh(tokens["refresh_token"]).status_code == 400
    assert visitor.protected(visitor.log_in(name)["access_token"]).status_code == 200


def test_a_deleted_user_is_gone_at_once(operator: Operator, visitor: Visitor) -> None:
    """S41: Tokens and logins are refused, and the name is not free yet."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    assert operator("users", "delete", name, "--yes").code == 0
    assert error_code(visitor.protected(tokens["access_token"])) == DEAD
    assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")
    assert error_code(visitor.register(name)) == (400, "user_exists")
    assert operator("users", "show", name).code == 1


@pytest.mark.parametrize("args", [("disable",), ("delete", "--yes")])
def test_a_login_under_way_is_caught(
    app: Flask,
    operator: Operator,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[str, ...],
) -> None:
    """S41: A password that was checked before the command opens no session after it."""
    name = visitor.new_user()
    before_storing(app, monkeypatch, lambda: operator("users", args[0], name, *args[1:]))
    assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")


def test_a_login_beside_a_logout_of_all_is_a_login_after_it(
    app: Flask, operator: Operator, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S58: A correct password is never called wrong because of the logout."""
    name = visitor.new_user()
    before_storing(app, monkeypatch, lambda: operator("users", "logout", name))
    tokens = visitor.authenticate(name).json()
    assert visitor.protected(tokens["access_token"]).status_code == 200
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200


def before_storing(
    app: Flask, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]
) -> None:
    """Run a function between the next login's password check and its session."""
    sessions = services_of(app)[SessionOpening]
    real = sessions.open

    def late(*args: Any, **named: Any) -> OpenedSession:  # noqa: ANN401
        monkeypatch.setattr(sessions, "open", real)
        meanwhile()
        return real(*args, **named)

    monkeypatch.setattr(sessions, "open", late)


@pytest.mark.parametrize("args", [("disable",), ("delete", "--yes")])
def test_a_token_that_outlived_its_session_is_dead_too(
    operator: Operator, visitor: Visitor, collections: Collections, args: tuple[str, ...]
) -> None:
    """S41: This holds if access tokens live longer than refresh tokens."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    user_id = operator("users", "show", name, "--json").json["user_id"]
    collections["sessions"].delete_many({"user_id": user_id})
    assert visitor.protected(tokens["access_token"]).status_code == 200
    operator("users", args[0], name, *args[1:])
    assert error_code(visitor.protected(tokens["access_token"])) == DEAD


@pytest.mark.parametrize(("answer", "status"), [(b"n\n", 200), (b"", 200), (b"y\n", 401)])
def test_a_deletion_asks_first(
    operator: Operator, visitor: Visitor, answer: bytes, status: int
) -> None:
    """Without a yes nothing is deleted."""
    name = visitor.new_user()
    done = operator("users", "delete", name, stdin=answer)
    assert done.code == (0 if status == 401 else 1)
    assert f"Delete {name} (id " in done.said
    assert visitor.authenticate(name).status_code == status
