"""What a password may be."""

from typing import Any

import pytest

from tests.support.actors import Visitor, error_code, fresh_name


@pytest.mark.parametrize("password", ["x" * 8, "x" * 1024, "\U0001f511" * 1024, " " * 8, "\0" * 8])
def test_8_to_1024_code_points_of_any_kind_are_fine(visitor: Visitor, password: str) -> None:
    """Contract 2: a password is 8 to 1024 code points, any character allowed."""
    name = visitor.new_user(password)
    assert visitor.authenticate(name, password).status_code == 200


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("x" * 7, "Password must be at least 8 characters long."),
        ("x" * 1025, "Password must be at most 1024 characters long."),
    ],
)
def test_shorter_or_longer_is_refused(visitor: Visitor, password: str, message: str) -> None:
    """Contract 2: one less or one more is a 422 that says so."""
    answer = visitor.register(fresh_name(), password)
    assert error_code(answer) == (422, "validation_error")
    told: dict[str, Any] = answer.json()
    assert told["errors"] == {"password": [message]}


def test_a_password_is_never_trimmed(visitor: Visitor) -> None:
    """Contract 2: spaces at its ends are part of it."""
    name = visitor.new_user("  spaced out  ")
    assert visitor.authenticate(name, "spaced out").status_code == 401
    assert visitor.authenticate(name, "  spaced out  ").status_code == 200
