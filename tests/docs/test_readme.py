"""The README's commands, run as a newcomer would: a fresh copy, an empty environment."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.checkouts import copy_to
from tests.support.servers import ROOT, free_port, stop
from tests.support.tools import program
from tests.support.waiting import DEADLINE, until

README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with nothing installed and nothing stored."""
    copy = tmp_path_factory.mktemp("newcomer") / "authapi"
    copy_to(copy)
    return copy


def newcomers_environment(port: int) -> dict[str, str]:
    """Return what a login shell has, and the one variable that the README mentions."""
    ours = str(ROOT / ".venv" / "bin")
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part != ours]
    home = os.environ.get("HOME", "/")
    return {"PATH": os.pathsep.join(path), "HOME": home, "FLASK_RUN_PORT": str(port)}


@contextmanager
def running(command: str, checkout: Path, port: int) -> Iterator[str]:
    """Run a README's command until the block ends; yield what it said when it was ready."""
    log = checkout / "run.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            ["sh", "-c", command],
            cwd=checkout,
            env=newcomers_environment(port),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            until(
                lambda: process.poll() is not None or "Running on" in log.read_text(),
                seconds=600,  # it installs everything
                what="`make run` serves",
                instead=log.read_text,
            )
            assert process.poll() is None, log.read_text()
            yield log.read_text()
            os.killpg(process.pid, signal.SIGINT)
            until(lambda: process.poll() is not None, what="Ctrl+C ends it")
        finally:
            stop(process)


def shell(commands: str, port: int) -> list[str]:
    """Run a README's lines in a shell, and return the lines of their output."""
    done = subprocess.run(
        ["sh", "-c", commands.replace("127.0.0.1:8000", f"127.0.0.1:{port}")],
        env=newcomers_environment(port),
        capture_output=True,
        text=True,
        check=True,
        timeout=DEADLINE,
    )
    return done.stdout.replace("}{", "}\n{").splitlines()


def test_the_first_screen_has_the_two_commands() -> None:
    """`make run` and `make test` are on the README's first screen."""
    first_screen = README.splitlines()[:40]
    assert {"make run", "make test"} <= set(first_screen)


def test_the_badges_are_true() -> None:
    """The workflow that there is, the Pythons that it tests with, and the licence."""
    ci = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    [tested] = re.findall(r'^        python: \["(.*)"\]$', ci, re.MULTILINE)
    first, *_, last = tested.split('", "')
    badges = re.findall(r"!\[(.*?)\]\((\S+?)\)", README.split("\n\n")[1])
    assert dict(badges) == {
        "CI": "../../actions/workflows/ci.yml/badge.svg",
        f"Python {first} to {last}": f"https://img.shields.io/badge/python-{first}_to_{last}-blue",
        "MIT": "https://img.shields.io/badge/licence-MIT-blue",
    }
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


@pytest.mark.external
@pytest.mark.timeout(900)
def test_a_newcomer_runs_it_tries_it_and_finds_everything_again(checkout: Path) -> None:
    """`make run` serves, its three lines work, and after a restart the user still logs in."""
    program("curl")
    run, lines = COMMANDS[0], COMMANDS[1]
    port = free_port()
    with running(run, checkout, port) as said:
        assert f"http://127.0.0.1:{port}" in said
        assert "embedded" in said
        assert shell(lines, port) == [
            '{"status":"ok","message":"User registered successfully."}',
            '{"status":"ok","message":"Hello, user1!"}',
        ]
    with running(run, checkout, port) as said:
        tried = said[said.index("Try") :].splitlines()[1:4]
        assert shell("\n".join(tried), port) == [
            '{"status":"error","code":"user_exists","message":"User already exists."}',
            '{"status":"ok","message":"Hello, user1!"}',
        ]
