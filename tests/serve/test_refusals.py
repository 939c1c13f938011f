"""The server does not start with invalid options."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.support.servers import ROOT, SECRET, clean_environment, free_port
from tests.support.waiting import DEADLINE

ENOUGH = {"JWT_SECRET": SECRET, "MONGO_URI": "mongodb://127.0.0.1:1/authapi"}


def started(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Start a server that is going to refuse, and wait for its end."""
    return subprocess.run(
        [sys.executable, "serve.py", *arguments],
        cwd=ROOT,
        env=clean_environment({"PORT": str(free_port()), **environment}),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def problems(environment: Mapping[str, str]) -> list[str]:
    """Return the problems that the server names; that is all it says, and it exits with 1."""
    done = started(environment)
    assert (done.returncode, done.stdout) == (1, "")
    first, *lines, last = done.stderr.splitlines()
    assert (first, last) == ("authapi cannot start:", "See docs/configuration.md.")
    return [line.removeprefix("  - ") for line in lines]


@pytest.mark.parametrize(
    ("variable", "text", "why"),
    [
        ("HOST", "localhost", "must be an IP address"),
        ("PORT", "http", "must be a whole number"),
        ("PORT", "0", "must be between 1 and 65535"),
        ("WEB_CONCURRENCY", "abc", "must be a whole number"),
        ("WEB_CONCURRENCY", "257", "must be between 0 and 256"),
        ("SERVE_THREADS", "-1", "must be a whole number"),
        ("GRACE_SECONDS", "0", "must be between 1 and 600"),
        ("HOST", "192.0.2.1", "is no address of this machine"),
        ("JWT_SECRET", "short", "is shorter than 32 bytes"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, text: str, why: str) -> None:
    """S77: The error says what is allowed."""
    (problem,) = problems({**ENOUGH, variable: text})
    assert problem.startswith(variable)
    assert why in problem


def test_every_problem_is_said_at_once() -> None:
    """S77: Errors of the service's settings are included."""
    named = [problem.split()[0] for problem in problems({"PORT": "many", "SERVE_THREADS": "many"})]
    assert sorted(named) == ["JWT_SECRET", "MONGO_URI", "PORT", "SERVE_THREADS"]


def test_arguments_are_refused() -> None:
    """Only `--help` is allowed."""
    refused, helped = started(ENOUGH, "--port", "80"), started({}, "--help")
    assert (refused.returncode, helped.returncode) == (2, 0)
    assert refused.stderr.startswith("serve.py takes no arguments but --help.")
    assert refused.stderr.endswith(helped.stdout)
