"""`flask users set-password`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Operator
from tests.support.actors import PASSWORD, Visitor, error_code

NEW = "another good password"


def test_the_new_password_is_the_only_one_and_all_sessions_end(
    operator: Operator, visitor: Visitor
) -> None:
    """S58: The old password and all sessions stop working at once."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    stdin = f"{NEW}\r\n".encode()
    done = operator("users", "set-password", name.upper(), "--password-stdin", stdin=stdin)
    assert done.code == 0
    assert done.out.endswith(" was given a new password.\n")
    assert error_code(visitor.protected(tokens["access_token"])) == (401, "invalid_token")
    assert visitor.refresh(tokens["refresh_token"]).status_code == 400
    assert visitor.authenticate(name, PASSWORD).status_code == 401
    assert visitor.authenticate(name, NEW).status_code == 200


def test_it_is_an_event_of_the_operators(operator: Operator, visitor: Visitor) -> None:
    """S75: The owner sees that an operator did it."""
    name = visitor.new_user()
    operator("users", "set-password", name, "--password-stdin", stdin=NEW.encode())
    events = operator("audit", "tail", "--user", name, "--json").json["events"]
    told = [(event["event"], event["reason"]) for event in events]
    assert ("password_changed", "operator") in told


def test_a_disabled_user_stays_disabled(operator: Operator, visitor: Visitor) -> None:
    """S41: A new password does not enable the user."""
    name = visitor.new_user()
    operator("users", "disable", name)
    operator("users", "set-password", name, "--password-stdin", stdin=NEW.encode())
    assert visitor.authenticate(name, NEW).status_code == 401


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"short\n", "Password must be at least 8 characters long."),
        (b"one long line\nand another\n", "There is more than one line on standard input."),
        (b"\xff" * 9, "The password is not UTF-8."),
    ],
)
def test_a_bad_password_is_refused_and_changes_nothing(
    operator: Operator, visitor: Visitor, stdin: bytes, message: str
) -> None:
    """S1: The rules of registration apply."""
    name = visitor.new_user()
    done = operator("users", "set-password", name, "--password-stdin", stdin=stdin)
    assert (done.code, done.out, done.said) == (1, "", f"Error: {message}\n")
    assert visitor.authenticate(name).status_code == 200


def test_nobody_is_asked_for_the_password_of_nobody(operator: Operator) -> None:
    """An unknown name is refused before the password is asked for."""
    done = operator("users", "set-password", "nobody-at-all")
    assert (done.code, done.said) == (1, "Error: There is no user of the name 'nobody-at-all'.\n")
