"""The rules for passwords."""

import pytest

from authapi.passwords.rules import MAXIMUM_LENGTH, MINIMUM_LENGTH, normalise, problems


def test_the_lengths_are_the_ones_promised() -> None:
    """S1, S2: They are 8 and 1024."""
    assert (MINIMUM_LENGTH, MAXIMUM_LENGTH) == (8, 1024)


@pytest.mark.parametrize("password", ["x" * 8, "x" * 1024, " " * 8, "\U0001f511" * 8, "\0" * 8])
def test_nothing_is_wrong_with_8_to_1024_code_points(password: str) -> None:
    """S1, S2, S4: Any characters are allowed."""
    assert problems(password) == []


@pytest.mark.parametrize("password", ["", "x", "x" * 7, "\U0001f511" * 7, "e\u0301" * 7])
def test_fewer_are_too_few(password: str) -> None:
    """S1: The form that is hashed is counted."""
    assert problems(password) == ["Password must be at least 8 characters long."]


@pytest.mark.parametrize("password", ["x" * 1025, "e\u0301" * 1024])
def test_more_are_too_many(password: str) -> None:
    """S8: The password is counted as it was sent, before any work."""
    assert problems(password) == ["Password must be at most 1024 characters long."]


def test_normalising_composes_and_nothing_else() -> None:
    """S3, S5: NFC neither trims nor folds, and keeps compatibility characters."""
    assert normalise("e\u0301") == "\u00e9"
    assert normalise(" A\ufb01 ") == " A\ufb01 "
