"""`flask users roles`."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from authapi import create_app
from authapi.database import Collections
from authapi.settings import Settings
from tests.cli.conftest import Operator
from tests.cli.imports import BCRYPT
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.forging import payload_of


def test_roles_are_given_and_taken_in_one_go(operator: Operator, visitor: Visitor) -> None:
    """Without changes the command lists the roles; `show` and `list` do as well."""
    name = visitor.new_user()
    user_id = operator("users", "show", name, "--json").json["user_id"]
    assert operator("users", "roles", name).out == f"{name} (id {user_id}) has no roles.\n"
    operator("users", "roles", name, "+editor", "+admin")
    done = operator("users", "roles", user_id, "--id", "-admin", "+reader", "-never-had", "--json")
    assert done.json == {"username": name, "user_id": user_id, "roles": ["editor", "reader"]}
    assert operator("users", "roles", name).out.endswith("has editor, reader.\n")
    assert "roles          editor, reader\n" in operator("users", "show", name).out
    assert operator("users", "show", name, "--json").json["roles"] == ["editor", "reader"]
    listed = operator("users", "list", "--after", name[:-1], "--limit", "1", "--json").json
    assert listed["users"][0]["roles"] == ["editor", "reader"]


def test_at_once_is_at_once(operator: Operator, visitor: Visitor) -> None:
    """With `--now` access tokens with the role are refused when the command ends."""
    name = visitor.new_user()
    operator("users", "roles", name, "+admin")
    tokens = visitor.log_in(name)
    assert payload_of(tokens["access_token"])["roles"] == ["admin"]
    operator("users", "roles", name, "-admin", "--now")
    assert error_code(visitor.protected(tokens["access_token"])) == (401, "invalid_token")
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200


def test_at_once_is_refused_where_nothing_is_revoked(
    settings: Settings, visitor: Visitor, operator: Operator
) -> None:
    """With `REVOCATION=off` it would succeed, and access tokens would keep the role."""
    name = visitor.new_user()
    operator("users", "roles", name, "+admin")
    runner = create_app(replace(settings, revocation="off")).test_cli_runner()
    done = runner.invoke(args=["users", "roles", name, "-admin", "--now"])
    assert done.exit_code == 1
    assert "There is no --now here: REVOCATION is off." in done.output
    assert operator("users", "show", name, "--json").json["roles"] == ["admin"]


def test_a_change_is_an_event_and_no_change_is_none(
    operator: Operator, visitor: Visitor, collections: Collections
) -> None:
    """S75: The event is `roles_changed`, by the operator."""
    name = visitor.new_user()
    user = collections["users"].find_one({"name_key": name})
    assert user is not None
    for _ in range(2):
        operator("users", "roles", name, "+editor")
    operator("users", "roles", name)
    mine = {"user_id": user["_id"], "event": "roles_changed"}
    (event,) = collections["audit_events"].find(mine)
    assert event["reason"] == "operator"


@pytest.mark.parametrize(
    "changes", [["+Editor"], ["+"], ["+a,b"], ["-é"], [f"+r{n}" for n in range(33)]]
)
def test_what_is_no_role_changes_nothing(
    operator: Operator, visitor: Visitor, changes: list[str]
) -> None:
    """One line says why; exit code 1."""
    name = visitor.new_user()
    done = operator("users", "roles", name, *changes)
    assert (done.code, done.said.count("\n")) == (1, 1)
    assert "role" in done.said
    assert operator("users", "show", name, "--json").json["roles"] == []


@pytest.mark.parametrize("changes", [["editor"], ["+a", "-a"], ["--now"]])
def test_what_cannot_be_meant_is_a_usage_error(
    operator: Operator, visitor: Visitor, changes: list[str]
) -> None:
    """It gives exit code 2 and the right usage."""
    name = visitor.new_user()
    done = operator("users", "roles", name, *changes)
    assert done.code == 2
    assert "Error: " in done.said


def test_a_mistyped_option_is_no_role(operator: Operator, visitor: Visitor) -> None:
    """Else `--nwo` takes nothing away at once; a role that begins with a dash can be taken."""
    name = visitor.new_user()
    operator("users", "roles", name, "+admin", "+-odd")
    done = operator("users", "roles", name, "-admin", "--nwo")
    assert (done.code, "No such option" in done.said) == (2, True)
    assert operator("users", "roles", name, "--json").json["roles"] == ["-odd", "admin"]
    assert operator("users", "roles", name, "--odd", "--json").json["roles"] == ["admin"]


def test_roles_are_imported(operator: Operator, visitor: Visitor) -> None:
    """They are a list, or words in CSV; a line with an invalid role is refused."""
    names = [fresh_name() for _ in range(3)]
    users = [
        {"username": names[0], "password": BCRYPT, "roles": ["writer", "editor"]},
        {"username": names[1], "password": BCRYPT, "roles": ["No Role"]},
    ]
    lines = b"\n".join(json.dumps(user).encode() for user in users)
    done = operator("users", "import", "-", stdin=lines)
    assert (done.code, done.said.count("\n")) == (1, 1)
    assert "--ignore roles" in done.said
    assert "No Role" not in done.said
    csv = f"username,password,roles\n{names[2]},{BCRYPT},editor writer\n".encode()
    assert operator("users", "import", "-", "--csv", stdin=csv).code == 0
    for name in (names[0], names[2]):
        shown = operator("users", "show", name, "--json").json
        assert shown["roles"] == ["editor", "writer"]
