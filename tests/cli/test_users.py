"""`flask users`: create, list, show, disable, enable, delete, logout."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping

import pytest
from flask import Flask

from authapi.core.client import UNKNOWN
from authapi.core.errors import ApiError, ErrorCode
from authapi.database import Collections
from tests.cli.conftest import Operator, flask_process
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import until

DEAD = (401, "invalid_token")
STDIN = PASSWORD.encode() + b"\n"


def test_a_created_user_logs_in(operator: Operator, visitor: Visitor) -> None:
    """The password comes from standard input; the line end after it is not part of it."""
    name = fresh_name()
    done = operator("users", "create", name, "--password-stdin", stdin=STDIN)
    assert done.code == 0
    assert done.out.startswith(f"{name} (id ")
    assert visitor.authenticate(name).status_code == 200


def test_the_password_is_asked_for_twice_and_unseen(
    environment: Mapping[str, str], visitor: Visitor
) -> None:
    """At a terminal nothing of the password is shown, and the log's lines are left out."""
    name = fresh_name()
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "users", "create", name],
        cwd=ROOT,
        env=clean_environment(environment),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    seen = _until_asked(ours, b"Password: ")
    os.write(ours, STDIN)
    seen += _until_asked(ours, b"confirmation: ")
    os.write(ours, STDIN)
    seen += _until_asked(ours, b"was created.")
    assert process.wait(timeout=20) == 0
    os.close(ours)
    assert PASSWORD.encode() not in seen
    assert b'"level"' not in seen
    assert visitor.authenticate(name).status_code == 200


def _until_asked(terminal: int, expected: bytes) -> bytes:
    seen = b""

    def asked() -> bool:
        nonlocal seen
        seen += os.read(terminal, 1024)
        return expected in seen

    until(asked, what=expected.decode())
    return seen


def test_without_a_terminal_nothing_is_asked(operator: Operator) -> None:
    """A script that forgets `--password-stdin` is told of it at once."""
    done = operator("users", "create", fresh_name())
    assert done.code == 2
    assert "use --password-stdin" in done.said


@pytest.mark.parametrize(
    ("name", "stdin", "message"),
    [
        ("", STDIN, "Username must not be empty."),
        ("x" * 65, STDIN, "Username must be at most 64 characters long."),
        ("a\u202eb", STDIN, "Username must not contain control or invisible characters."),
        ("fine", b"short\n", "Password must be at least 8 characters long."),
        ("fine", b"\xff" * 9, "The password on standard input is not UTF-8."),
    ],
)
def test_a_bad_name_or_password_is_refused_in_one_line(
    operator: Operator, name: str, stdin: bytes, message: str
) -> None:
    """The rules of registration hold here too, and say which was broken."""
    done = operator("users", "create", name, "--password-stdin", stdin=stdin)
    assert (done.code, done.out, done.said) == (1, "", f"Error: {message}\n")


def test_a_name_that_is_taken_is_refused(operator: Operator, visitor: Visitor) -> None:
    """However it is cased."""
    name = visitor.new_user()
    done = operator("users", "create", name.upper(), "--password-stdin", stdin=STDIN)
    assert (done.code, done.said) == (1, "Error: User already exists.\n")


def test_users_are_listed_a_page_at_a_time(operator: Operator, visitor: Visitor) -> None:
    """`--limit` and `--after` lead through all of them, none twice, and no deleted one."""
    operator("users", "delete", visitor.new_user(), "--yes")
    made = {visitor.new_user() for _ in range(3)}
    seen: list[str] = []
    after = ""
    while True:
        page = operator("users", "list", "--limit", "2", "--after", after, "--json").json
        assert len(page["users"]) <= 2
        seen += [user["username"] for user in page["users"]]
        if page["after"] is None:
            break
        after = page["after"]
    assert made <= set(seen)
    assert len(seen) == len(set(seen))


def test_the_list_has_aligned_columns_and_says_how_to_go_on(
    operator: Operator, visitor: Visitor
) -> None:
    """Wide letters count twice, so that the columns still meet."""
    wide = f"!{'漢' * 8}{fresh_name()}"
    visitor.register(wide)
    visitor.new_user()
    done = operator("users", "list", "--limit", "1")
    heading, row = done.out.splitlines()
    assert heading.split() == ["NAME", "ID", "CREATED", "STATE", "PASSWORD", "HASH"]
    assert row.startswith(wide)
    assert row.index("active") + 8 == heading.index("STATE")
    assert done.said == f"There are more: --after {wide!r}\n"
    operator("users", "delete", wide, "--yes")


def test_a_user_is_shown(operator: Operator, visitor: Visitor) -> None:
    """By name however cased, or by id; with how many sessions, and no secret."""
    name = visitor.new_user()
    visitor.log_in(name)
    by_name = operator("users", "show", name.upper(), "--json").json
    by_id = operator("users", "show", by_name["user_id"], "--id", "--json").json
    assert by_id == by_name
    assert (by_name["username"], by_name["sessions"], by_name["disabled"]) == (name, 1, False)
    shown = operator("users", "show", name).out
    assert f"name           {name}\n" in shown
    assert "$argon2" not in shown


@pytest.mark.parametrize("verb", ["show", "disable", "enable", "logout", "delete"])
def test_an_unknown_user_is_one_line(operator: Operator, verb: str) -> None:
    """Exit code 1, nothing on the output, and escapes for what would move the terminal."""
    flags = ["--yes"] if verb == "delete" else []
    done = operator("users", verb, "no\x1bbody", *flags)
    assert (done.code, done.out) == (1, "")
    assert done.said == "Error: There is no user of the name 'no\\x1bbody'.\n"


def test_a_name_is_never_taken_for_an_id(operator: Operator, visitor: Visitor) -> None:
    """Whoever registers with somebody's id as name is not mistaken for that one."""
    user_id = operator("users", "show", visitor.new_user(), "--json").json["user_id"]
    assert operator("users", "show", user_id).code == 1


def test_a_disabled_user_is_out_within_a_second(
    environment: Mapping[str, str], visitor: Visitor
) -> None:
    """S41: another process disables; refresh and login are dead, access within a second."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    assert visitor.protected(tokens["access_token"]).status_code == 200
    done = flask_process(environment, "users", "disable", name)
    assert done.code == 0, done.err
    until(
        lambda: visitor.protected(tokens["access_token"]).status_code == 401,
        seconds=1,
        what="the access token is dead",
    )
    assert error_code(visitor.protected(tokens["access_token"])) == DEAD
    assert visitor.refresh(tokens["refresh_token"]).status_code == 400
    assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")


def test_a_user_enabled_again_logs_in(operator: Operator, visitor: Visitor) -> None:
    """And is shown as active."""
    name = visitor.new_user()
    operator("users", "disable", name)
    assert operator("users", "show", name, "--json").json["disabled"] is True
    assert operator("users", "enable", name).code == 0
    assert operator("users", "show", name, "--json").json["disabled"] is False
    assert visitor.authenticate(name).status_code == 200


def test_a_user_is_logged_out_everywhere(operator: Operator, visitor: Visitor) -> None:
    """S41: all tokens are dead at once; a new login, even right away, is fine."""
    name = visitor.new_user()
    pairs = [visitor.log_in(name) for _ in range(2)]
    assert operator("users", "logout", name).out == "2 sessions ended.\n"
    for tokens in pairs:
        assert error_code(visitor.protected(tokens["access_token"])) == DEAD
        assert visitor.refresh(tokens["refresh_token"]).status_code == 400
    assert visitor.protected(visitor.log_in(name)["access_token"]).status_code == 200


def test_a_deleted_user_is_gone_at_once(operator: Operator, visitor: Visitor) -> None:
    """S41: tokens are dead, the name cannot log in, and is not given away yet."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    assert operator("users", "delete", name, "--yes").code == 0
    assert error_code(visitor.protected(tokens["access_token"])) == DEAD
    assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")
    assert error_code(visitor.register(name)) == (400, "user_exists")
    assert operator("users", "show", name).code == 1


@pytest.mark.parametrize("args", [("disable",), ("logout",), ("delete", "--yes")])
def test_a_login_under_way_is_caught(
    app: Flask, operator: Operator, visitor: Visitor, args: tuple[str, ...]
) -> None:
    """S41: credentials checked before the command begin no session after it."""
    name = visitor.new_user()
    accounts = services_of(app).accounts
    checked = accounts.verify(name, PASSWORD, UNKNOWN)
    accounts.log_in(checked, UNKNOWN)
    assert operator("users", args[0], name, *args[1:]).code == 0
    with pytest.raises(ApiError) as refused:
        accounts.log_in(checked, UNKNOWN)
    assert refused.value.code is ErrorCode.INVALID_CREDENTIALS


@pytest.mark.parametrize("args", [("disable",), ("delete", "--yes")])
def test_a_token_that_outlived_its_session_is_dead_too(
    operator: Operator, visitor: Visitor, collections: Collections, args: tuple[str, ...]
) -> None:
    """S41: where refresh tokens are set to a shorter life than access tokens."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    user_id = operator("users", "show", name, "--json").json["user_id"]
    collections["sessions"].delete_many({"user_id": user_id})
    assert visitor.protected(tokens["access_token"]).status_code == 200
    operator("users", args[0], name, *args[1:])
    assert error_code(visitor.protected(tokens["access_token"])) == DEAD


@pytest.mark.parametrize(("answer", "status"), [(b"n\n", 200), (b"", 200), (b"y\n", 401)])
def test_a_deletion_asks_first(
    operator: Operator, visitor: Visitor, answer: bytes, status: int
) -> None:
    """Only a yes deletes; silence does not."""
    name = visitor.new_user()
    done = operator("users", "delete", name, stdin=answer)
    assert done.code == (0 if status == 401 else 1)
    assert f"Delete {name} (id " in done.said
    assert visitor.authenticate(name).status_code == status


def test_a_database_that_is_away_is_one_line(environment: Mapping[str, str]) -> None:
    """Exit code 1, the reason, no traceback."""
    away = {**environment, "MONGO_URI": "mongodb://127.0.0.1:1/x", "MONGO_TIMEOUT_MS": "300"}
    done = flask_process(away, "users", "list")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: The database does not answer (ServerSelectionTimeoutError). Check MONGO_URI.\n"
    )


def test_an_argument_that_is_no_text_is_one_line(environment: Mapping[str, str]) -> None:
    """A name in Latin-1 out of some old list, say."""
    done = flask_process(environment, "users", "show", os.fsdecode(b"J\xfcrg"))
    assert (done.code, done.said) == (1, "Error: An argument is not UTF-8.\n")


@pytest.mark.parametrize(
    "args",
    [("users", "frobnicate"), ("users", "show"), ("users", "list", "--limit", "0")],
)
def test_wrong_usage_is_exit_code_2(operator: Operator, args: tuple[str, ...]) -> None:
    """And says how to find help."""
    done = operator(*args)
    assert done.code == 2
    assert "Try '" in done.said
