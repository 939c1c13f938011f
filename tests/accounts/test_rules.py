"""Which names are allowed, and when two names belong to one user."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.accounts.rules import display_name, name_key, problems

texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts)
def test_the_shown_form_is_stable(text: str) -> None:
    """S14: Normalising the shown form again does not change it."""
    once = display_name(text)
    assert once == once.strip()
    assert name_key(once) == name_key(text)


@given(texts)
def test_the_unique_form_is_stable(text: str) -> None:
    """S14: Folding twice gives the same as folding once, whatever the input's form."""
    key = name_key(text)
    assert name_key(key) == key
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert name_key(unicodedata.normalize(form, text)) == key


@given(texts)
def test_case_never_tells_apart(text: str) -> None:
    """S14: Names that differ only in case are one name."""
    shown = display_name(text)
    assert name_key(shown.casefold()) == name_key(shown)


@given(texts)
def test_an_allowed_name_has_1_to_64_seen_characters(text: str) -> None:
    """S14: Every accepted name has 1 to 64 visible characters."""
    if not problems(text):
        name = display_name(text)
        assert 1 <= len(name) <= 64
        assert not [char for char in name if unicodedata.category(char) in {"Cc", "Co", "Cn"}]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "Username must not be empty."),
        (" \t\n ", "Username must not be empty."),
        ("\u3000", "Username must not be empty."),
        ("x" * 65, "Username must be at most 64 characters long."),
        ("\ufb03" * 22, "Username must be at most 64 characters long."),
        ("a\0b", "Username must not contain control or invisible characters."),
        ("a\u202eb", "Username must not contain control or invisible characters."),
        ("a\ud800b", "Username must not contain control or invisible characters."),
    ],
)
def test_what_is_wrong_is_said(name: str, problem: str) -> None:
    """S14: A refused name gets a message for people."""
    assert problems(name) == [problem]


@pytest.mark.parametrize(
    "name", ["x", "a b", "ann@example.org", "名前", "\U0001f600", "x" * 64, "a-b_c.d"]
)
def test_ordinary_names_pass(name: str) -> None:
    """Contract 2: Names in every script pass."""
    assert problems(name) == []
