"""Every character of a password counts, in any script."""

import pytest

from tests.support.actors import Visitor, error_code, fresh_name

KEY_EMOJI = "\U0001f511"


@pytest.mark.parametrize("char", ["a", KEY_EMOJI, "名"])
def test_7_code_points_are_refused_and_8_accepted(visitor: Visitor, char: str) -> None:
    """S1: counted in code points, so that 8 emoji are 8."""
    assert error_code(visitor.register(fresh_name(), char * 7)) == (422, "validation_error")
    assert visitor.register(fresh_name(), char * 8).status_code == 200


@pytest.mark.parametrize("length", [64, 128, 1024])
def test_long_passwords_are_accepted(visitor: Visitor, length: int) -> None:
    """S2: 64, 128 and 1024 characters register and log in."""
    password = "pass phrase "[:12] * (length // 12) + "x" * (length % 12)
    assert len(password) == length
    visitor.log_in(visitor.new_user(password), password)


def test_the_last_of_1024_characters_counts(visitor: Visitor) -> None:
    """S3: nothing is truncated, neither at 72 bytes nor anywhere else."""
    name = visitor.new_user("x" * 1024)
    assert visitor.authenticate(name, "x" * 1023 + "y").status_code == 401
    assert visitor.authenticate(name, "x" * 1023).status_code == 401
    assert visitor.authenticate(name, "x" * 1024).status_code == 200


@pytest.mark.parametrize(
    "typed",
    ["PassWord with ends ", " PassWord with ends", "password with ends", "PassWord with  ends"],
)
def test_a_password_is_neither_trimmed_nor_case_folded(visitor: Visitor, typed: str) -> None:
    """S3: what was typed at registration, to the last space, is the password."""
    name = visitor.new_user("PassWord with ends")
    assert visitor.authenticate(name, typed).status_code == 401


def test_a_nul_does_not_end_a_password(visitor: Visitor) -> None:
    """S3: what follows a NUL counts, too."""
    name = visitor.new_user("before\0after")
    assert visitor.authenticate(name, "before\0other").status_code == 401
    assert visitor.authenticate(name, "before\0after").status_code == 200


@pytest.mark.parametrize("password", ["abcdefghijklmnop", "          ", KEY_EMOJI * 9, "11112222"])
def test_there_is_no_composition_rule(visitor: Visitor, password: str) -> None:
    """S4: lower-case letters alone, spaces, emoji or digits are fine."""
    visitor.log_in(visitor.new_user(password), password)


@pytest.mark.parametrize(
    ("one", "other"),
    [("caf\u00e9 au lait", "cafe\u0301 au lait"), ("\uac00" * 8, "\u1100\u1161" * 8)],
)
def test_every_keyboard_types_the_same_password(visitor: Visitor, one: str, other: str) -> None:
    """S5: NFC and NFD get in, whichever was used to register."""
    assert visitor.authenticate(visitor.new_user(one), other).status_code == 200
    assert visitor.authenticate(visitor.new_user(other), one).status_code == 200


def test_look_alikes_are_other_passwords(visitor: Visitor) -> None:
    """S5: compatibility forms (NFKC) stay apart; only canonical equivalence is one password."""
    name = visitor.new_user("\uff50assword123")
    assert visitor.authenticate(name, "password123").status_code == 401
