"""Interrupted, late and large changes of roles reach each session in the end."""

from __future__ import annotations

from itertools import count

import pytest
from flask import Flask

from authapi.accounts.roles import UserRoles
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.database import Collections
from authapi.profile.sweep import Sweep
from tests.conftest import services_of
from tests.sessions.conftest import Change, refreshed, roles_of
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.dying import dies_after
from tests.support.forging import payload_of


def test_a_session_that_slept_through_a_change_has_it_later(
    visitor: Visitor, change: Change, app: Flask, collections: Collections, clock: MovedClock
) -> None:
    """It does when the mark on the user is already removed."""
    name = visitor.new_user()
    change(name, "+admin")
    tokens = visitor.log_in(name)
    change(name, "-admin", now=True)
    clock.move(minutes=17)
    for _ in range(60):  # one sweep takes a moment only, and others' marks may come first
        services_of(app)[Sweep].run_once()
        user = collections["users"].find_one({"name_key": name})
        assert user is not None
        if not (left := {"ended_at", "revoked_roles"} & user.keys()):
            break
    assert not left
    assert roles_of(refreshed(visitor, tokens)) == []


def test_many_sessions_get_their_roles_in_several_commands(
    visitor: Visitor, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them get the roles."""
    monkeypatch.setattr("authapi.sessions.ending._AT_ONCE", 2)
    name = visitor.new_user()
    sessions = [visitor.log_in(name) for _ in range(5)]
    change(name, "+editor")
    assert [roles_of(refreshed(visitor, tokens)) for tokens in sessions] == [["editor"]] * 5


def test_a_change_cut_short_is_seen_on_every_way_to_an_access_token(
    visitor: Visitor, app: Flask, change: Change
) -> None:
    """S124: Step-ups and repeated logins give no removed role."""
    name = visitor.new_user()
    change(name, "+admin")
    key = {"Idempotency-Key": f"repeated-{name}"}
    body = {"username": name, "password": PASSWORD}
    first = visitor.post("/authenticate", body, key).json()
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    user_id = payload_of(first["access_token"])["uid"]
    services_of(app)[UserRoles].change(user_id, (), {"admin"}, now=False, reason="test")
    assert roles_of(visitor.post("/authenticate", body, key).json()) == []
    for path, sent in (
        ("/reauthenticate", {"password": PASSWORD}),
        ("/password", {"current_password": PASSWORD, "new_password": "another horse battery"}),
    ):
        assert roles_of(visitor.post(path, sent, bearer).json()) == []


def test_a_change_is_whole_wherever_the_process_dies(
    visitor: Visitor,
    app: Flask,
    environment: dict[str, str],
    collections: Collections,
    clock: MovedClock,
) -> None:
    """S124: Each session has the new roles at its next refresh, however late."""
    sweep = services_of(app)[Sweep]
    story = "app.test_cli_runner().invoke(args=['users', 'roles', {name!r}, '-admin', '--now'])"
    for writes in count(1):
        name = visitor.new_user()
        services_of(app)[Administration].change_roles(UserRef(name), {"admin"}, (), now=False)
        sessions = [visitor.log_in(name) for _ in range(2)]
        own = {**environment, "AUTHAPI_ENV": "production"}
        died = dies_after(writes, own, story.format(name=name))
        user = collections["users"].find_one({"name_key": name})
        assert user is not None
        assert "roles" not in user
        clock.move(seconds=1)
        access = sessions[0]["access_token"]
        assert error_code(visitor.protected(access)) == (401, "invalid_token")
        assert roles_of(refreshed(visitor, sessions[0])) == []
        clock.move(minutes=17)
        sweep.run_once()
        assert roles_of(refreshed(visitor, sessions[1])) == []
        clock.reset()
        if not died:
            break
    assert writes >= 3  # the user, the sessions, the event
