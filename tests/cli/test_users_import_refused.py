"""`flask users import`: the lines that are refused."""

from __future__ import annotations

import bcrypt
import pytest
from argon2 import PasswordHasher
from flask import Flask

from authapi.administration.import_format import Record
from authapi.administration.imports import UserImport
from tests.cli.conftest import Operator
from tests.cli.imports import BCRYPT, imported, in_full, lines, user
from tests.conftest import services_of
from tests.support.actors import Visitor, fresh_name

NO_DATE = (
    "created_at is no date; write it as in ISO 8601, 2026-11-22T18:08:40Z,"
    " or in seconds or milliseconds since 1970"
)
MAY_SHUT_OUT = (
    "may say that the user may not log in; make a member disabled of it, true or false, and pass"
    " it over with --ignore"
)
REFUSED: dict[str, tuple[object, str]] = {
    "not UTF-8": (b'{"username": "\xff"}', "not UTF-8"),
    "not JSON": (b"{", "not JSON; each line is one whole object"),
    "deep": (b"[" * 100_000, "not JSON; each line is one whole object"),
    "array": ([user()], "an array; export one object a line (mongoexport without --jsonArray)"),
    "number": (7, "not a JSON object"),
    "no name": ({"password": BCRYPT}, "username is missing"),
    "odd name": (user() | {"username": {"$ne": None}}, "username is not a string"),
    "bad name": (
        user("a\u202eb"),
        "username: Username must not contain control or invisible characters.",
    ),
    "lone surrogate": (
        b'{"username": "\\ud800", "password": "x"}',
        "username: Username must not contain control or invisible characters.",
    ),
    "no hash": (
        {"username": "x"},
        "no password hash; it is looked for in password_hash, hashed_password, password",
    ),
    "two hashes": (user(password=BCRYPT), "more than one password hash: password_hash, password"),
    "odd hash": (user(password_hash=["x"]), "password_hash is not a string"),
    "odd binary": (user(password_hash={"$binary": 7}), "password_hash is not a string"),
    "plain text": (
        user(password_hash="hunter2-hunter2"),
        "password_hash is no hash that can be checked here;"
        " a password in plain text is not imported",
    ),
    "bomb": (
        user(password_hash=f"scrypt:1048576:8:1$salt${'0' * 128}"),
        "password_hash is a damaged hash, or one that costs more to check than is allowed",
    ),
    "cut off": (
        user(password_hash=BCRYPT[:-1]),
        "password_hash is a damaged hash, or one that costs more to check than is allowed",
    ),
    "no date": (user(created_at="yesterday"), NO_DATE),
    "no date either": (user(created_at={"$date": {"$numberLong": "9" * 30}}), NO_DATE),
    "no end of digits": (user(created_at="9" * 5000), NO_DATE),
    "no end of milliseconds": (user(created_at={"$date": 10**400}), NO_DATE),
    "a date as a number": (user(created_at=20_240_301), NO_DATE),
    "microseconds": (user(created_at=1_712_123_112_345_678), NO_DATE),
    "true for a date": (user(created_at=True), NO_DATE),
    "long ago": (user(created_at="1712-12-31T00:00:00Z"), "created_at lies before 1970"),
    "twice": (
        b'{"username": "ann", "username": "bob", "password": "x"}',
        "a member stands twice in it",
    ),
    "a status": (
        user(account_status="suspended"),
        f"account_status {MAY_SHUT_OUT} account_status",
    ),
    "a ban's end": (user(bannedUntil="2999-01-01"), f"bannedUntil {MAY_SHUT_OUT} bannedUntil"),
    "a lockout's end": (
        user(lockout_end_date=1),
        f"lockout_end_date {MAY_SHUT_OUT} lockout_end_date",
    ),
    "a state of zero": (user(status=0), f"status {MAY_SHUT_OUT} status"),
    "a ban with an end": (user(ban={"until": "2999"}), "ban is neither true nor false"),
    "no longer active": (user(is_active=None), "is_active is neither true nor false"),
    "banned inside": (
        user(app_metadata={"flags": {"banned": True}}),
        f"app_metadata.flags.banned {MAY_SHUT_OUT} app_metadata",
    ),
    "not active inside": (user(**{"a.active": "f"}), f"a.active {MAY_SHUT_OUT} a.active"),
    "a second step inside": (
        user(security={"mfa": {"enabled": True}}),
        "security.mfa.enabled may say that a second step is asked for; add its totp_secret, or let"
        " the password be enough with --ignore security",
    ),
    "not a number": (user(created_at=float("nan")), NO_DATE),
    "beyond all numbers": (user(created_at={"$numberDouble": "Infinity"}), NO_DATE),
    "odd truth": (user(disabled="perhaps"), "disabled is neither true nor false"),
    "a long name": (user("n" * 255), "username: Username must be at most 254 bytes long."),
    "a long name of few letters": (
        user("\u00fc" * 128),
        "username: Username must be at most 254 bytes long.",
    ),
    "tomorrow": (user(created_at="2999-01-01T00:00:00Z"), "created_at lies in the future"),
}


@pytest.mark.parametrize(("line", "why"), REFUSED.values(), ids=REFUSED)
def test_a_line_that_makes_no_user_is_refused_with_number_and_reason(
    operator: Operator, line: object, why: str
) -> None:
    """The other lines are imported; the refused one is not repeated."""
    done = operator("users", "import", "-", stdin=lines(user(), b"", line, user()))
    assert done.code == 1
    assert done.said == f"line 3: {why}\n"
    assert done.out == in_full(imported=2, refused=1)


def test_two_users_whose_names_differ_in_case_are_not_one(operator: Operator) -> None:
    """The second is refused, not taken for the first."""
    name = fresh_name()
    done = imported(operator, user(name), user(name.upper()))
    assert (done["imported"], done["refused"]) == (1, 1)
    assert done["said"] == (
        "line 2: another user has this name, in other letters"
        " (case and Unicode form do not count)\n"
    )


def test_two_people_whose_names_differ_in_spaces_are_not_one(operator: Operator) -> None:
    """Two lines with different passwords are a conflict; the same line again is none."""
    name = fresh_name()
    other = bcrypt.hashpw(b"another password", bcrypt.gensalt(4)).decode()
    done = imported(operator, user(name), user(f"{name} ", password_hash=other), user(f" {name}"))
    assert (done["imported"], done["already_there"], done["refused"]) == (1, 1, 1)
    assert done["code"] == 1
    assert done["said"].startswith("line 2: another user has this name, with another password")


def test_two_people_are_told_apart_by_hashes_of_todays_cost(operator: Operator) -> None:
    """It works even if the service could have made either hash."""
    name, hasher = fresh_name(), PasswordHasher(2, 19_456, 1)
    first, second = (user(name, password_hash=hasher.hash(word)) for word in ("one", "two"))
    done = imported(operator, first, second)
    assert (done["imported"], done["refused"], done["code"]) == (1, 1, 1)


def test_a_user_disabled_there_and_active_here_is_told(
    operator: Operator, visitor: Visitor
) -> None:
    """S137: Nothing is changed, and the line is reported."""
    name = fresh_name()
    imported(operator, user(name))
    done = imported(operator, user(name, disabled=True))
    assert (done["refused"], done["code"]) == (1, 1)
    assert "may log in; see `flask users disable`" in done["said"]


def test_a_name_that_is_not_released_yet_is_refused(operator: Operator, visitor: Visitor) -> None:
    """Tokens of its deleted user may not have expired yet."""
    name = visitor.new_user()
    operator("users", "delete", name, "--yes")
    done = imported(operator, user(name))
    assert "belonged to a user deleted just now" in done["said"]
    assert done["refused"] == 1


def test_no_hash_is_repeated_anywhere(operator: Operator) -> None:
    """S76: Neither output nor log has a hash of the file."""
    secret = "hunter2-hunter2"
    users = (user(), user(password_hash=secret), user(password_hash=BCRYPT + "0"))
    done = operator("users", "import", "-", stdin=lines(*users))
    assert done.code == 1
    for told in (secret, BCRYPT):
        assert told not in done.out + done.err


def test_objects_deeper_than_the_stack_are_refused(app: Flask) -> None:
    """Newer Pythons read JSON that is deeper than their own functions may call each other."""
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"a": deep}
    refused: list[tuple[int, str]] = []
    record = Record(1, {**user(), "profile": deep})
    run = services_of(app)[UserImport].run([record], lambda *line: refused.append(line))
    assert [summary.imported for summary in run] == [0]
    assert refused == [(1, "objects stand too deep in one another")]
