"""Roles: in the tokens of who has some, and gone with the next refresh once taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from flask import Flask

from authapi import create_app
from authapi.accounts.roles import UserRoles
from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.database import Collections, Database
from authapi.profile.sweep import Sweep
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.commands import Commands
from tests.support.dying import dies_after
from tests.support.forging import payload_of
from tests.support.servers import in_thread

Change = Callable[..., None]
"""Changes a user's roles as the operator does: `change(name, "+editor", "-admin", now=True)`."""


@pytest.fixture
def change(app: Flask) -> Change:
    """The operator, in this process."""

    def changing(name: str, *changes: str, now: bool = False) -> None:
        add, remove = ({c[1:] for c in changes if c[0] == sign} for sign in "+-")
        services_of(app)[Administration].change_roles(UserRef(name), add, remove, now=now)

    return changing


@contextmanager
def another_process(settings: Settings, clock: MovedClock) -> Iterator[Visitor]:
    """Serve the same users from a process of its own, as far as its memory is concerned."""
    app = create_app(settings, clock)
    with in_thread(app) as url:
        visitor = Visitor(url)
        yield visitor
        visitor.close()
    services_of(app)[Database].close()


def roles_of(tokens: dict[str, str]) -> list[str]:
    """Return what an access token says that its holder may do."""
    found: list[str] = payload_of(tokens["access_token"]).get("roles", [])
    return found


def refreshed(visitor: Visitor, tokens: dict[str, str]) -> dict[str, str]:
    """Return the successors of tokens."""
    answer = visitor.refresh(tokens["refresh_token"])
    assert answer.status_code == 200, answer.text
    successors: dict[str, str] = answer.json()
    return successors


def test_an_account_without_roles_pays_nothing(visitor: Visitor, collections: Collections) -> None:
    """Not a byte in a token or in the database."""
    name = visitor.new_user()
    first = visitor.log_in(name)
    for tokens in (first, refreshed(visitor, first)):
        for kind in ("access_token", "refresh_token"):
            assert not {"roles", "rv"} & payload_of(tokens[kind]).keys()
    user = collections["users"].find_one({"name_key": name})
    assert user is not None
    (session,) = collections["sessions"].find({"user_id": user["_id"]})
    assert not [member for member in (*user, *session) if "roles" in member]


def test_roles_are_in_access_tokens_and_in_me(visitor: Visitor, change: Change) -> None:
    """Sorted, at the login and after a refresh; `GET /me` and the export tell of them."""
    name = visitor.new_user()
    change(name, "+writer", "+editor")
    tokens = refreshed(visitor, visitor.log_in(name))
    assert roles_of(tokens) == ["editor", "writer"]
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert visitor.send("GET", "/me", headers=bearer).json()["roles"] == ["editor", "writer"]
    exported = visitor.send("GET", "/me/export", headers=bearer).json()
    assert exported["user"]["roles"] == ["editor", "writer"]


def test_every_way_to_an_access_token_tells_of_roles(visitor: Visitor, change: Change) -> None:
    """Also a step-up, a change of the password, and a login repeated with its key."""
    name = visitor.new_user()
    change(name, "+editor")
    key = {"Idempotency-Key": f"repeated-{name}"}
    body = {"username": name, "password": "correct horse battery"}
    first = visitor.post("/authenticate", body, key).json()
    assert roles_of(visitor.post("/authenticate", body, key).json()) == ["editor"]
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    stepped_up = visitor.post("/reauthenticate", {"password": body["password"]}, bearer)
    assert roles_of(stepped_up.json()) == ["editor"]
    passwords = {"current_password": body["password"], "new_password": "another horse battery"}
    assert roles_of(visitor.post("/password", passwords, bearer).json()) == ["editor"]


def test_what_is_taken_away_ends_at_the_next_refresh(visitor: Visitor, change: Change) -> None:
    """And not before: the access token of before is good until it expires."""
    name = visitor.new_user()
    change(name, "+editor", "+writer")
    tokens = visitor.log_in(name)
    change(name, "-editor", "+reader")
    assert visitor.protected(tokens["access_token"]).status_code == 200
    tokens = refreshed(visitor, tokens)
    assert roles_of(tokens) == ["reader", "writer"]
    change(name, "-reader", "-writer")
    tokens = refreshed(visitor, tokens)
    assert "roles" not in payload_of(tokens["access_token"])
    assert roles_of(refreshed(visitor, tokens)) == []


def test_a_refresh_after_the_answer_sees_it_in_every_process(
    visitor: Visitor, change: Change, settings: Settings
) -> None:
    """Also in one that has not read what was changed: the session itself tells."""
    stopped = MovedClock()()
    with another_process(settings, lambda: stopped) as elsewhere:  # type: ignore[arg-type]
        name = visitor.new_user()
        change(name, "+editor")
        tokens = refreshed(elsewhere, elsewhere.log_in(name))
        assert roles_of(tokens) == ["editor"]
        change(name, "-editor")
        assert roles_of(refreshed(elsewhere, tokens)) == []


def test_a_refresh_costs_one_command_with_roles_as_without(
    visitor: Visitor, change: Change, settings: Settings
) -> None:
    """Roles changed lately are known to the process; else the session is looked at once."""
    commands = Commands(settings.mongo_database or "")
    with another_process(settings, MovedClock()) as elsewhere:
        name = visitor.new_user()
        change(name, "+editor")
        tokens = elsewhere.log_in(name)
        costs = []
        for _ in range(5):
            commands.since_last()
            tokens = refreshed(elsewhere, tokens)
            costs.append([one for one in commands.since_last() if "sessions" in one])
    assert roles_of(tokens) == ["editor"]
    assert costs == [["update sessions"]] * 5


def test_a_lost_answer_is_given_again_with_its_roles(visitor: Visitor, change: Change) -> None:
    """S53: the same refresh token, also when the first answer was after a change of roles."""
    name = visitor.new_user()
    change(name, "+editor")
    tokens = visitor.log_in(name)
    change(name, "+writer")
    first, again = (
        visitor.refresh(tokens["refresh_token"], key=f"lost-{name}").json() for _ in range(2)
    )
    assert first["refresh_token"] == again["refresh_token"]
    assert roles_of(first) == roles_of(again) == ["editor", "writer"]


def test_a_replay_ends_a_session_whose_roles_were_changed(visitor: Visitor, change: Change) -> None:
    """S51: news for a session is no mercy for a spent token."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    change(name, "+editor")
    successors = refreshed(visitor, tokens)
    change(name, "-editor")
    assert error_code(visitor.refresh(tokens["refresh_token"])) == (400, "invalid_refresh_token")
    assert visitor.refresh(successors["refresh_token"]).status_code == 400


def test_at_once_means_access_tokens_with_the_role_alone(
    visitor: Visitor, change: Change, settings: Settings, clock: MovedClock
) -> None:
    """S41: in every process within a second; the session goes on, and so do other tokens."""
    name = visitor.new_user()
    change(name, "+editor")
    bare = visitor.log_in(name)
    change(name, "+admin")
    mighty = visitor.log_in(name)
    with another_process(settings, clock) as elsewhere:
        assert elsewhere.protected(mighty["access_token"]).status_code == 200
        change(name, "-admin", now=True)
        clock.move(seconds=0.6)
        for server in (visitor, elsewhere):
            refused = server.protected(mighty["access_token"])
            assert error_code(refused) == (401, "invalid_token")
            assert server.protected(bare["access_token"]).status_code == 200
    tokens = refreshed(visitor, mighty)
    assert roles_of(tokens) == ["editor"]
    assert visitor.protected(tokens["access_token"]).status_code == 200


def test_at_once_holds_when_other_roles_are_changed_after_it(
    visitor: Visitor, change: Change
) -> None:
    """Also when the role had been taken away before, and only then in a hurry."""
    name = visitor.new_user()
    change(name, "+admin")
    tokens = visitor.log_in(name)
    change(name, "-admin")
    assert visitor.protected(tokens["access_token"]).status_code == 200
    change(name, "-admin", now=True)
    change(name, "+reader")
    assert error_code(visitor.protected(tokens["access_token"])) == (401, "invalid_token")
    change(name, "+admin")
    assert visitor.protected(visitor.log_in(name)["access_token"]).status_code == 200


def test_a_session_that_slept_through_a_change_has_it_later(
    visitor: Visitor, change: Change, app: Flask, collections: Collections, clock: MovedClock
) -> None:
    """When no process remembers the change any more, the session does."""
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
    """More than one command may change."""
    monkeypatch.setattr("authapi.sessions.roles._AT_ONCE", 2)
    name = visitor.new_user()
    sessions = [visitor.log_in(name) for _ in range(5)]
    change(name, "+editor")
    assert [roles_of(refreshed(visitor, tokens)) for tokens in sessions] == [["editor"]] * 5


def test_a_change_cut_short_is_seen_on_every_way_to_an_access_token(
    visitor: Visitor, app: Flask, change: Change
) -> None:
    """S124: the sessions still have the role; a step-up and a repeated login give it no more."""
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
    """S124: each session has the user's roles at its next refresh, also when it comes late."""
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
