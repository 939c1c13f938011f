"""Which names roles may have."""

import pytest

from authapi.core.roles import NO_ROLES, Roles, changed, problems


@pytest.mark.parametrize("name", ["editor", "a", "org:7.admin_x-y", "x" * 64])
def test_a_role_is_a_short_plain_name(name: str) -> None:
    """It may have letters, digits and four signs."""
    assert problems([name]) == []


@pytest.mark.parametrize("name", ["", "Editor", "é", "a b", "a,b", "a\n", "x" * 65])
def test_nothing_else_is_a_role(name: str) -> None:
    """Characters with a meaning in headers are refused."""
    assert len(problems([name])) == 1


def test_there_are_only_so_many_of_them() -> None:
    """A user has at most 32, of 512 characters together."""
    assert problems(f"role{number}" for number in range(32)) == []
    assert problems(f"role{number}" for number in range(33)) != []
    assert problems("x" * 60 + str(number) for number in range(10, 18)) == []
    assert problems("x" * 60 + str(number) for number in range(10, 19)) != []


def test_a_change_is_a_later_version() -> None:
    """Roles are sorted without duplicates; the higher version wins."""
    first = changed(NO_ROLES, {"writer", "editor"}, ())
    assert first == Roles(("editor", "writer"), 1)
    second = changed(first, {"editor"}, {"writer", "reader"})
    assert second == Roles(("editor",), 2)
    assert first.or_later(second) == second.or_later(first) == second
    assert Roles(("imported",)).or_later(NO_ROLES) == Roles(("imported",))
