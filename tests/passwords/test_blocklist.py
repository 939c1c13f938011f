"""The list of common passwords."""

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
    """S6: It has those that are long enough, in the compared form, sorted."""
    assert len(LISTED) > 10_000
    assert sorted(set(LISTED)) == LISTED
    assert all(len(password) >= 8 and password == folded(password) for password in LISTED)


@pytest.mark.parametrize("password", ["password", "12345678", "qwertyuiop", "iloveyou", "trustno1"])
def test_the_passwords_that_everybody_knows_are_on_it(password: str) -> None:
    """S6: Well-known passwords are checked one by one."""
    assert rules.problems(password, "somebody") == [COMMON]


def test_every_password_of_the_list_is_refused_in_any_case() -> None:
    """S6: `PassWord123` is refused as `password123` is."""
    assert all(COMMON in rules.problems(password.upper(), "somebody") for password in LISTED)


@pytest.mark.parametrize(
    "password",
    ["securepassword", "correct horse battery", "a better password", "password123x", "ﬀﬀﬀﬀﬀﬀﬀﬀ"],
)
def test_other_passwords_pass(password: str) -> None:
    """S6: There is no composition rule."""
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
    """S7: Case, Unicode form, and digits or marks around it do not matter."""
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
    """S7: A short name is a part of many good passwords."""
    assert rules.problems(password, username) == []


@pytest.mark.parametrize("password", ["authapi2026", "AuthAPI!", "ümläut & söhne"])
def test_the_services_name_is_refused(password: str) -> None:
    """S7: `authapi` and the configured name are refused."""
    assert rules.problems(password, "somebody") == [SERVICE]


def test_every_reason_is_told() -> None:
    """One answer lists all reasons."""
    assert rules.problems("username", "UserName") == [COMMON, USERNAME]


def test_a_long_password_is_judged_at_once() -> None:
    """The time does not explode for long strings of digits."""
    assert rules.problems("1" * 1_024, "somebody") == []


def test_switched_off_it_refuses_nothing() -> None:
    """A development server has no list by default."""
    assert Blocklist().problems("password123", "password123") == []
