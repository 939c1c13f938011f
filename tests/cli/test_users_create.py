"""`flask users create`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Operator
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE, until

STDIN = PASSWORD.encode() + b"\n"


def test_a_created_user_logs_in(operator: Operator, visitor: Visitor) -> None:
    """The password comes from standard input, without its line end."""
    name = fresh_name()
    done = operator("users", "create", name, "--password-stdin", stdin=STDIN)
    assert done.code == 0
    assert done.out.startswith(f"{name} (id ")
    assert visitor.authenticate(name).status_code == 200


def test_a_mark_of_windows_is_no_part_of_the_password(operator: Operator, visitor: Visitor) -> None:
    """A byte order mark at the beginning is removed."""
    name = fresh_name()
    stdin = f"\ufeff{PASSWORD}\r\n".encode()
    assert operator("users", "create", name, "--password-stdin", stdin=stdin).code == 0
    assert visitor.authenticate(name).status_code == 200


def test_the_password_is_asked_for_twice_and_unseen(
    environment: Mapping[str, str], visitor: Visitor
) -> None:
    """A terminal shows neither the password nor log lines meanwhile."""
    name = fresh_name()
    process, ours = _at_a_terminal(environment, name)
    seen = _until_asked(ours, b"Password: ")
    os.write(ours, STDIN)
    seen += _until_asked(ours, b"confirmation: ")
    os.write(ours, STDIN)
    seen += _until_asked(ours, b"was created.")
    assert process.wait(timeout=DEADLINE) == 0
    os.close(ours)
    assert PASSWORD.encode() not in seen
    assert b'"level"' not in seen
    assert visitor.authenticate(name).status_code == 200


def test_what_is_typed_in_another_encoding_is_no_password(environment: Mapping[str, str]) -> None:
    """As a terminal in Latin-1 sends an umlaut: one line says so, and nobody is created."""
    process, ours = _at_a_terminal(environment, fresh_name())
    _until_asked(ours, b"Password: ")
    os.write(ours, b"ein P\xe4sschen\n")
    seen = _until_asked(ours, b"is not UTF-8.", b"confirmation: ")
    if b"confirmation" in seen:  # read as it is, where the environment names no encoding
        os.write(ours, b"ein P\xe4sschen\n")
        seen += _until_asked(ours, b"is not UTF-8.")
    assert process.wait(timeout=DEADLINE) == 1
    os.close(ours)
    assert b"Traceback" not in seen


def _at_a_terminal(
    environment: Mapping[str, str], name: str
) -> tuple[subprocess.Popen[bytes], int]:
    """Run `flask users create` in a pseudo-terminal; return the process and its other end."""
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
    return process, ours


def _until_asked(terminal: int, *expected: bytes) -> bytes:
    seen = b""

    def asked() -> bool:
        nonlocal seen
        seen += os.read(terminal, 1024)
        return any(words in seen for words in expected)

    until(asked, what=expected[0].decode())
    return seen


def test_without_a_terminal_nothing_is_asked(operator: Operator) -> None:
    """It fails at once and names `--password-stdin`."""
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
        ("fine", b"", "Password must be at least 8 characters long."),
        ("fine", b"\xff" * 9, "The password is not UTF-8."),
        (
            "fine",
            "from PowerShell\r\n".encode("utf-16-le"),
            "The password is not UTF-8: it has zero bytes, as UTF-16 has.",
        ),
    ],
)
def test_a_bad_name_or_password_is_refused_in_one_line(
    operator: Operator, name: str, stdin: bytes, message: str
) -> None:
    """The rules of registration apply, and the line names the broken one."""
    done = operator("users", "create", name, "--password-stdin", stdin=stdin)
    assert (done.code, done.out, done.said) == (1, "", f"Error: {message}\n")


def test_an_input_without_an_end_is_no_password(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    """No more is read than the longest password has."""
    log = tmp_path / "log"
    with Path("/dev/zero").open("rb") as endless, log.open("w") as said:
        code = subprocess.call(
            [sys.executable, "-m", "flask", "users", "create", fresh_name(), "--password-stdin"],
            cwd=ROOT,
            env=clean_environment(environment),
            stdin=endless,
            stdout=said,
            stderr=said,
            timeout=DEADLINE,
        )
    assert code == 1
    assert log.read_text() == "Error: There is more than a password on standard input.\n"


def test_a_name_that_is_taken_is_refused(operator: Operator, visitor: Visitor) -> None:
    """Another case of a taken name is refused, too."""
    name = visitor.new_user()
    done = operator("users", "create", name.upper(), "--password-stdin", stdin=STDIN)
    assert (done.code, done.said) == (1, "Error: User already exists.\n")
