"""What a username may be, and when two of them are one."""

import secrets

import pytest

from tests.support.actors import Visitor, error_code, fresh_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann", "ann"),
        ("ann@Example.org", "ANN@example.ORG"),
        ("ann", " ann\t"),
        ("caf\u00e9", "cafe\u0301"),
        ("stra\u00dfe", "STRASSE"),
        ("\uff21\uff4e\uff4e", "ann"),
        ("\ufb01n", "FIN"),
        ("\u03a3\u03a3", "\u03c3\u03c2"),
    ],
)
def test_case_and_unicode_form_do_not_tell_users_apart(
    visitor: Visitor, one: str, other: str
) -> None:
    """Contract 2: a name that is taken is taken in every spelling, and logs in in every one."""
    mark = secrets.token_hex(6)
    assert visitor.register(mark + one).status_code == 200
    again = other.replace(other.strip(), mark + other.strip())
    assert error_code(visitor.register(again)) == (400, "user_exists")
    assert visitor.authenticate(again).status_code == 200


def test_the_form_typed_at_registration_is_the_one_shown(visitor: Visitor) -> None:
    """Contract 2: logging in as `ann` greets the `Ann` that registered."""
    name = f"Ann-{fresh_name()}"
    visitor.register(f"  {name} ")
    tokens = visitor.log_in(name.lower())
    assert visitor.protected(tokens["access_token"]).json()["message"] == f"Hello, {name}!"


@pytest.mark.parametrize("name", ["x", "{}", "ann@example.org", "名前", "a b", "O'Neil; --"])
def test_ordinary_names_are_fine(visitor: Visitor, name: str) -> None:
    """Contract 2: e-mail addresses, spaces and every script are fine."""
    assert visitor.register(f"{name}{secrets.token_hex(6)}").status_code == 200


def test_a_name_may_have_64_characters_and_no_more(visitor: Visitor) -> None:
    """Contract 2: counted after trimming, in code points."""
    name = fresh_name().ljust(64, "\U0001f600")
    assert visitor.register(f"  {name}  ").status_code == 200
    answer = visitor.register(name + "x")
    assert answer.json()["errors"] == {"username": ["Username must be at most 64 characters long."]}


@pytest.mark.parametrize(
    "char",
    [
        pytest.param(char, id=f"U+{ord(char):04X}")
        for char in "\0\n\r\x1b\x7f\x85\u061c\u200b\u200d\u200e\u2028\u202e\u2066\ufe0f\ufeff\u3164"
    ],
)
def test_control_and_invisible_characters_are_refused(visitor: Visitor, char: str) -> None:
    """S14: no name holds a character that is not seen, or that turns the text around."""
    answer = visitor.register(f"an{char}n")
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"].keys() == {"username"}
