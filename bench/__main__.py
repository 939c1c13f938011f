"""The benchmark: `make bench`, or `python -m bench` where its requirements are installed.

Servers are loaded by wrk, in rounds in which each is measured once. The raw figures are written
to `build/bench/result.json` after each round; tables and picture in `docs/` are made from them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from subprocess import CalledProcessError
from typing import Any

from authapi.embedded import EmbeddedUnavailable
from bench import databases, groups, machine, picture, report, results, seed
from bench.client import WrongAnswer
from bench.contenders import PEER_USERS
from bench.groups import (
    ALL,
    BEFORE,
    COLD,
    FLOORS,
    MEMORY,
    PEERS_GROUP,
    ROUNDS,
    SERVERS,
    SHARED,
    SIZES,
    Group,
    layout_of,
)
from bench.layouts import TooFewCores, arranged, available, on
from bench.places import PAGE, PICTURE, REQUESTS, RESULT
from bench.processes import ServerFailed
from bench.ratios import Row
from bench.rounds import Plan, cold_rounds, load_rounds, memory_rounds
from bench.wrk import LoadError, path_of_wrk

FAILURES = (
    CalledProcessError,
    EmbeddedUnavailable,
    LoadError,
    ServerFailed,
    TooFewCores,
    WrongAnswer,
)
"""Errors that end the measurement of a group, but not of the others."""


@dataclass(frozen=True)
class Task:
    """A group to measure, and the function that runs its rounds."""

    group: Callable[[], Group]
    rounds: Callable[[Group, Plan], Iterator[list[Row]]]


def main() -> int:
    """Measure the chosen groups; return 1 when an answer was not the expected one."""
    options = _options()
    try:
        path_of_wrk()
    except LoadError as problem:
        print(problem, file=sys.stderr)
        return 2
    shutil.rmtree(REQUESTS, ignore_errors=True)  # of earlier runs
    say = _progress()
    for count in sorted({*options.users, PEER_USERS}):
        if not seed.is_complete(count):
            say(f"storing {count:,} users; `python -m bench.seed` does that beforehand")
        seed.seed(count)
    failed: list[str] = []
    for name in options.group:
        say(f"--- {report.TITLES[name]} ({name})")
        try:
            _measure(name, _task(name, options), options, say)
        except FAILURES as failure:
            failed.append(name)
            say(f"FAILED: {name}: {failure}")
    return _finish(options.group, failed)


def _measure(
    name: str, task: Task, options: argparse.Namespace, say: Callable[[str], None]
) -> None:
    rounds = options.rounds or ROUNDS[name]
    layout = arranged(layout_of(name), available())
    say(str(layout))
    circumstances: dict[str, Any] = {
        "machine": machine.describe(),
        "versions": machine.versions(),
        "options": {
            "rounds": rounds,
            "seconds": options.seconds,
            "warm_up": options.warm_up,
            "users": options.users,
            "layout": str(layout),
        },
    }
    plan = Plan(rounds, options.seconds, options.warm_up, say, layout)
    rows: list[Row] = []
    group = task.group()
    for users in {contender.users for contender in group.contenders}:
        databases.place(users, layout.others)
    with on(layout.others):
        for more in task.rounds(group, plan):
            rows += more
            results.keep(RESULT, name, rows, circumstances)


def _task(name: str, options: argparse.Namespace) -> Task:
    return {
        BEFORE: Task(lambda: groups.before(options.before), load_rounds),
        FLOORS: Task(groups.floors, load_rounds),
        SHARED: Task(groups.floors, load_rounds),
        SIZES: Task(lambda: groups.sizes(options.users), load_rounds),
        PEERS_GROUP: Task(groups.peers, load_rounds),
        SERVERS: Task(groups.servers, load_rounds),
        MEMORY: Task(groups.plain, memory_rounds),
        COLD: Task(groups.plain, cold_rounds),
    }[name]


def _finish(names: list[str], failed: list[str]) -> int:
    found = results.read(RESULT)
    if failed:
        print(f"\nFAILED: {', '.join(failed)}; what is shown of them is older", file=sys.stderr)
    report.show(found, names, print)
    if found["groups"]:
        report.write(found, PAGE)
        picture.draw(found, PICTURE)
    measured = [found["groups"][name] for name in names if name not in failed]
    rows = [row for group in measured for row in group["rows"]]
    errors = sum(sum(row.get("errors", {}).values()) for row in rows)
    if errors:
        print(
            f"\n{errors} ANSWERS WERE NOT THE EXPECTED ONES: see the lines above", file=sys.stderr
        )
    return 1 if errors or failed else 0


def _progress() -> Callable[[str], None]:
    began = time.monotonic()

    def say(text: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - began), 60)
        print(f"{minutes:3}:{seconds:02}  {text}", file=sys.stderr, flush=True)

    return say


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--group", type=_groups, default=None, help=f"of {','.join(ALL)}")
    parser.add_argument("--users", type=seed.numbers, default=[1000], help="1000,100000,1000000")
    parser.add_argument(
        "--before", metavar="COMMIT", help="measure the service beside itself at this commit"
    )
    parser.add_argument("--rounds", type=int, help="of each group, instead of its own number")
    parser.add_argument(
        "--seconds",
        type=float,
        default=2.0,
        help="of one measurement; with a hash 1.5 times that",
    )
    parser.add_argument("--warm-up", type=float, default=1.0, help="seconds of load before it")
    options = parser.parse_args()
    named = options.group or ([] if options.before else list(ALL))
    options.group = [BEFORE, *named] if options.before else named
    return options


def _groups(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in ALL]:
        raise argparse.ArgumentTypeError(
            f"unknown: {', '.join(unknown)}; there are {', '.join(ALL)}"
        )
    return names


if __name__ == "__main__":
    sys.exit(main())
