"""`flask users list` and `show`, and the errors of all `flask users` commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping

import pytest
from pymongo.errors import ExecutionTimeout, NetworkTimeout, OperationFailure, PyMongoError

from authapi.database import explain
from tests.cli.conftest import Operator, flask_process
from tests.support.actors import Visitor, fresh_name
from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE


def test_users_are_listed_a_page_at_a_time(operator: Operator, visitor: Visitor) -> None:
    """`--limit` and `--after` give each user once, without deleted ones."""
    before = fresh_name()
    names = [f"{before}-{number}" for number in range(5)]
    for name in names:
        visitor.register(name)
    operator("users", "delete", names.pop(2), "--yes")
    seen: list[str] = []
    after = before
    while len(seen) < len(names):
        page = operator("users", "list", "--limit", "2", "--after", after, "--json").json
        assert len(page["users"]) == 2
        seen += [user["username"] for user in page["users"]]
        after = page["after"]
    assert seen == names


def test_the_last_page_says_so(operator: Operator) -> None:
    """The page after the last possible name is empty."""
    page = operator("users", "list", "--after", "\U0010fffd", "--json").json
    assert page == {"users": [], "after": None}


def test_the_list_has_aligned_columns_and_says_how_to_go_on(
    operator: Operator, visitor: Visitor
) -> None:
    """Wide characters count twice."""
    wide = f"!{'漢' * 8}{fresh_name()}"
    visitor.register(wide)
    visitor.new_user()
    done = operator("users", "list", "--limit", "1")
    heading, row = done.out.splitlines()
    assert heading.split() == ["NAME", "ID", "CREATED", "STATE", "PASSWORD", "HASH", "ROLES"]
    assert row.startswith(wide)
    assert row.index("active") + 8 == heading.index("STATE")
    assert done.said == f"There are more: --after {wide!r}\n"
    operator("users", "delete", wide, "--yes")


@pytest.mark.parametrize("odd", ["a\\b", "it's $HOME", "-x"])
def test_the_next_page_can_be_pasted_into_a_shell(
    operator: Operator, visitor: Visitor, odd: str
) -> None:
    """The name is quoted as a shell reads it."""
    names = [f"{odd}{fresh_name()}{number}" for number in range(2)]
    for name in names:
        visitor.register(name)
    first = operator("users", "list", "--limit", "1", "--after", names[0][:-1])
    assert names[0] in first.out
    after = shlex.split(first.said.removeprefix("There are more: "))
    assert names[1] in operator("users", "list", "--limit", "1", *after).out


def test_a_user_is_shown(operator: Operator, visitor: Visitor) -> None:
    """The user is found by name in any case or by id; no secret is shown."""
    name = visitor.new_user()
    visitor.log_in(name)
    by_name = operator("users", "show", name.upper(), "--json").json
    by_id = operator("users", "show", by_name["user_id"], "--id", "--json").json
    assert by_id == by_name
    assert (by_name["username"], by_name["sessions"], by_name["disabled"]) == (name, 1, False)
    assert by_name["last_seen"] >= by_name["created_at"][:19]
    shown = operator("users", "show", name).out
    assert f"name           {name}\n" in shown
    assert "$argon2" not in shown


@pytest.mark.parametrize("verb", ["show", "disable", "enable", "logout", "delete"])
def test_an_unknown_user_is_one_line(operator: Operator, verb: str) -> None:
    """It gives exit code 1, and control characters are escaped."""
    flags = ["--yes"] if verb == "delete" else []
    done = operator("users", verb, "no\x1bbody", *flags)
    assert (done.code, done.out) == (1, "")
    assert done.said == "Error: There is no user of the name 'no\\x1bbody'.\n"


def test_a_name_is_never_taken_for_an_id(operator: Operator, visitor: Visitor) -> None:
    """A user whose name is another's id is not confused with that one."""
    user_id = operator("users", "show", visitor.new_user(), "--json").json["user_id"]
    assert operator("users", "show", user_id).code == 1


@pytest.mark.parametrize("words", [("users", "list"), ("keys", "check")])
def test_a_database_that_is_away_is_one_line(
    environment: Mapping[str, str], words: tuple[str, ...]
) -> None:
    """It gives exit code 1 and the reason, without a traceback."""
    away = {**environment, "MONGO_URI": "mongodb://127.0.0.1:1/x", "MONGO_TIMEOUT_MS": "300"}
    done = flask_process(away, *words)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: The database does not answer (ServerSelectionTimeoutError). Check MONGO_URI.\n"
    )


@pytest.mark.parametrize(
    ("code", "name", "advice"),
    [
        (18, "AuthenticationFailed", "Check the user and the password in MONGO_URI"),
        (13, "Unauthorized", "needs readWrite"),
        (8000, "AtlasError", "Its own log says more"),
    ],
)
def test_a_database_that_refuses_says_what_is_missing(code: int, name: str, advice: str) -> None:
    """The line has the server's error code, but not the command, which may have a hash."""
    details = {"codeName": name, "errmsg": "not authorized to execute { insert: 'a-secret' }"}
    said = explain(OperationFailure(str(details["errmsg"]), code, details))
    assert said.startswith(f"The database refuses ({name}). ")
    assert advice in said
    assert "a-secret" not in said


@pytest.mark.parametrize("slow", [NetworkTimeout("slow"), ExecutionTimeout("slow", 50)])
def test_a_database_that_is_slow_is_not_called_away(slow: PyMongoError) -> None:
    """The line says which setting gives it more time."""
    assert "Try a longer MONGO_TIMEOUT_MS" in explain(slow)


def test_a_wrong_password_of_the_database_is_one_line(environment: Mapping[str, str]) -> None:
    """The line says that the server refused the login."""
    wrong = re.sub(r"(//[^:]+):[^@]+@", r"\1:not-its-password@", environment["MONGO_URI"])
    done = flask_process({**environment, "MONGO_URI": wrong}, "users", "list")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Error: The database refuses (")
    assert "not-its-password" not in done.err


@pytest.mark.parametrize(
    ("closed", "words", "code"),
    [
        (">&-", ("list",), 0),
        ("2>&-", ("list",), 0),
        ("<&-", ("create", "somebody"), 2),
        ("<&-", ("create", "somebody", "--password-stdin"), 1),
    ],
)
def test_a_closed_stream_is_no_fault(
    environment: Mapping[str, str], closed: str, words: tuple[str, ...], code: int
) -> None:
    """The commands work with closed standard streams, as under a supervisor."""
    command = [sys.executable, "-m", "flask", "users", *words]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", *command],
        cwd=ROOT,
        env=clean_environment(environment),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr


def test_an_argument_that_is_no_text_is_one_line(environment: Mapping[str, str]) -> None:
    """A name in another encoding is refused in one line."""
    done = flask_process(environment, "users", "show", os.fsdecode(b"J\xfcrg"))
    assert (done.code, done.said) == (1, "Error: What was typed is not UTF-8.\n")


@pytest.mark.parametrize(
    "args",
    [("users", "frobnicate"), ("users", "show"), ("users", "list", "--limit", "0")],
)
def test_wrong_usage_is_exit_code_2(operator: Operator, args: tuple[str, ...]) -> None:
    """The message names `--help`."""
    done = operator(*args)
    assert done.code == 2
    assert "Try '" in done.said
