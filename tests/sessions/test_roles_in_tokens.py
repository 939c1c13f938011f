"""Roles in tokens, and their removal at the next refresh."""

from __future__ import annotations

from authapi.database import Collections
from authapi.settings import Settings
from tests.sessions.conftest import Change, another_process, refreshed, roles_of
from tests.support.actors import Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.commands import Commands
from tests.support.forging import payload_of


def test_an_account_without_roles_pays_nothing(visitor: Visitor, collections: Collections) -> None:
    """Tokens and documents have no byte more."""
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
    """They are sorted; `GET /me` and the export have them as well."""
    name = visitor.new_user()
    change(name, "+writer", "+editor")
    tokens = refreshed(visitor, visitor.log_in(name))
    assert roles_of(tokens) == ["editor", "writer"]
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert visitor.send("GET", "/me", headers=bearer).json()["roles"] == ["editor", "writer"]
    exported = visitor.send("GET", "/me/export", headers=bearer).json()
    assert exported["user"]["roles"] == ["editor", "writer"]


def test_every_way_to_an_access_token_tells_of_roles(visitor: Visitor, change: Change) -> None:
    """Step-ups, password changes and repeated logins are included."""
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
    """Access tokens issued before keep it until they expire."""
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
    """Processes that have not read the change see it in the session."""
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
    """Only after a change that the process does not know it costs a read more."""
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
    """S53: The repeat gets the same refresh token after a change of roles."""
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
    """S51: A change of roles does not excuse it."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    change(name, "+editor")
    successors = refreshed(visitor, tokens)
    change(name, "-editor")
    assert error_code(visitor.refresh(tokens["refresh_token"])) == (400, "invalid_refresh_token")
    assert visitor.refresh(successors["refresh_token"]).status_code == 400
