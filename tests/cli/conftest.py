"""Runs the operator's commands."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import DEADLINE


@dataclass(frozen=True)
class Outcome:
    """The result of a command: its exit code, its output and its standard error."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Standard error without the log's lines."""
        lines = self.err.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith('{"time"'))

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the command printed
        """The output, read as JSON; fails when the command failed."""
        assert self.code == 0, self.err
        return json.loads(self.out)


Operator = Callable[..., Outcome]
"""Runs `flask` with these arguments, and `stdin` as bytes."""


@pytest.fixture
def operator(app: Flask) -> Operator:
    """Runs commands in this process."""
    runner = app.test_cli_runner()

    def run(*args: str, stdin: bytes = b"") -> Outcome:
        result = runner.invoke(args=list(args), input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


def flask_process(environment: Mapping[str, str], *args: str, stdin: bytes = b"") -> Outcome:
    """Run `flask` as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", *args],
        cwd=ROOT,
        env=clean_environment(environment),
        input=stdin,
        capture_output=True,
        timeout=DEADLINE,
        check=False,
    )
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
