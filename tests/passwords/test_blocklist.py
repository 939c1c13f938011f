"""Which passwords the list refuses, and which it lets pass."""

from __future__ import annotations

import gzip
import unicodedata

import pytest

from authapi.passwords.blocklist import LIST, Blocklist, CommonPasswords, folded

COMMON = "This password is on a list of common passwords. Choose another."
USERNAME = "This password is little more than the username. Choose another."
SERVICE = "This password is little more than the service's name. Choose another."
LISTED = gzip.decompress(LIST.read_bytes()).decode().split("\n")
rules = CommonPasswords("authapi", "Ümläut & Söhne")


def test_the_list_has_the_ten_thousand_most_common_and_more() -> None:
    """S6: all of them of a length that could be chosen, in the form that is looked up, sorted."""
    assert len(LISTED) > 10_000
    assert sorted(set(LISTED)) == LISTED
    assert all(len(password) >= 8 and password == folded(password) for password in LISTED)


@pytest.mark.parametrize("password", ["password", "12345678", "qwertyuiop", "iloveyou", "trustno1"])
def test_the_passwords_that_everybody_knows_are_on_it(password: str) -> None:
    """S6: the first guesses of every attacker."""
    assert rules.problems(password, "somebody") == [COMMON]


def test_every_password_of_the_list_is_refused_in_any_case() -> None:
    """S6: `PassWord123` is as common as `password123`."""
    assert all(COMMON in rules.problems(password.upper(), "somebody") for password in LISTED)


@pytest.mark.parametrize(
    "password",
    ["securepassword", "correct horse battery", "a better password", "password123x", "ﬀﬀﬀﬀﬀﬀﬀﬀ"],
)
def test_other_passwords_pass(password: str) -> None:
    """S6: the list refuses what is on it, and no composition rule comes in with it."""
    assert rules.problems(password, "somebody") == []


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("brynhildr", "brynhildr"),
        ("brynhildr", "BrynHildr"),
        ("brynhildr", "brynhildr1"),
        ("brynhildr", "!!brynhildr2026!!"),
        ("brynhildr", "  brynhildr  "),
        ("user1", "user12345"),
        ("ann@example.com", "ann@example.com"),
        ("ann@example.com", "Ann.2026!"),
        ("12-34-56-78", "12-34-56-78"),
        ("Zoë Müller", unicodedata.normalize("NFD", "zoë müller")),
        ("brynhildr", "\uff42\uff52\uff59\uff4e\uff48\uff49\uff4c\uff44\uff52"),
    ],
)
def test_the_username_is_refused(username: str, password: str) -> None:
    """S7: in any case or Unicode form, digits and marks before and after or not."""
    assert rules.problems(password, username) == [USERNAME]


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ann", "annexation of crete"),
        ("ann", "my ann is great"),
        ("x", "x9174628840"),
        ("12-34-56-78", "87-65-43-21"),
        ("brynhildr", "brynhilda"),
    ],
)
def test_what_only_contains_the_username_passes(username: str, password: str) -> None:
    """S7: a short name is in many a good phrase, and nobody would understand the refusal."""
    assert rules.problems(password, username) == []


@pytest.mark.parametrize("password", ["authapi2026", "AuthAPI!", "ümläut & söhne"])
def test_the_services_name_is_refused(password: str) -> None:
    """S7: `authapi`, and what the operator calls the service."""
    assert rules.problems(password, "somebody") == [SERVICE]


def test_every_reason_is_told() -> None:
    """One answer says all that is wrong."""
    assert rules.problems("username", "UserName") == [COMMON, USERNAME]


def test_a_long_password_is_judged_at_once() -> None:
    """Digits without end cost no more than letters do."""
    assert rules.problems("1" * 1_024, "somebody") == []


def test_switched_off_it_refuses_nothing() -> None:
    """A development server takes what tutorials type."""
    assert Blocklist().problems("password123", "password123") == []
