"""Runs wrk, the load generator, and reads its output."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LUA = Path(__file__).with_name("lua")
_SPARE = 300  # additional seconds that wrk may take


class LoadError(Exception):
    """wrk did not run, or its output cannot be read."""


@dataclass(frozen=True)
class Figures:
    """One measurement.

    Attributes:
        rate: requests answered in a second.
        p50_ms: the median time of an answer, in milliseconds.
        p95_ms: the time that 95 % stay under.
        p99_ms: the time that 99 % stay under.
        requests: how many answers counted.
        errors: kind of error to how often; kinds that did not happen are left out.
        first_error: the beginning of the first answer that was not expected.
        busy: the part of its cores that the contender used.
        core_ms: the milliseconds of a core that the contender used for one request.
    """

    rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    requests: int
    errors: dict[str, int]
    first_error: str = ""
    busy: float | None = None
    core_ms: float | None = None


@dataclass(frozen=True)
class Load:
    """A script of `bench/lua` with its arguments and the number of connections."""

    script: str
    arguments: Sequence[str]
    connections: int


def path_of_wrk() -> str:
    """Return where wrk is.

    Raises:
        LoadError: when it is not installed.
    """
    found = shutil.which("wrk")
    if found is None:
        raise LoadError("wrk is not installed; on Debian: apt-get install wrk")
    return found


def run(base_url: str, load: Load, seconds: float) -> Figures:
    """Load a server for some seconds, which wrk needs as a whole number, at least 1.

    Raises:
        LoadError: when wrk fails.
    """
    script = [path_of_wrk(), "-t1", f"-c{load.connections}", f"-d{max(1, round(seconds))}s"]
    script += ["--timeout", "20s", "-s", str(LUA / f"{load.script}.lua"), base_url, "--"]
    done = subprocess.run(  # noqa: S603 - our own scripts
        [*script, *load.arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + _SPARE,
    )
    if done.returncode:
        raise LoadError(f"wrk failed: {done.stdout}{done.stderr}")
    return parse(done.stdout)


def parse(output: str) -> Figures:
    """Read what a run of one of our scripts printed.

    Raises:
        LoadError: when the result is not there.
    """
    lines = output.splitlines()
    results = [line.removeprefix("RESULT ") for line in lines if line.startswith("RESULT ")]
    firsts = [line.removeprefix("FIRST ") for line in lines if line.startswith("FIRST ")]
    if len(results) != 1:
        raise LoadError(f"wrk gave no result: {output}")
    found = json.loads(results[0])
    return Figures(
        rate=found["requests"] / (found["seconds"] or 1.0),
        p50_ms=found["p50_ms"],
        p95_ms=found["p95_ms"],
        p99_ms=found["p99_ms"],
        requests=found["requests"],
        errors=_errors(found["errors"] | {"unanswered": int(found["requests"] == 0)}),
        first_error="".join(firsts[:1]),
    )


def _errors(counted: dict[str, int]) -> dict[str, int]:
    """Leave out what did not happen; a status over 399 was counted as unexpected already."""
    errors = {kind: count for kind, count in counted.items() if count}
    if "unexpected" in errors:
        errors.pop("status", None)
    return errors
