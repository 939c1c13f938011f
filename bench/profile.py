"""Where the processor time of a request goes: `python -m bench.profile`.

One process calls the WSGI application directly, on a real embedded database. The cost of a request
is its processor time, measured without sampling; samples tell which package spent it. The time of
the database server, another process, is not included.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path

from pymongo import monitoring

from authapi import create_app
from authapi.database import Database
from authapi.embedded import ensure_running
from authapi.settings import Settings
from bench.accounting import Account, account, function_name, group_of
from bench.calls import Caller, Requests

SECRET = "for-the-profile-ThrB4k3C3viBo1EfBGDXwY-vY-1aJuW8ZXk18sCTSrw"
Parts = dict[str, dict[str, float]]
OWN = ("authapi", "logging")


class Commands(monitoring.CommandListener):
    """Counts the commands to the database."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Count a command by name and collection."""
        name = event.command_name
        self.seen[f"{name} {event.command.get(name)}" if name != "ping" else name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Do nothing."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Do nothing."""


def table(name: str, found: Account, commands: Counter[str], functions: int) -> str:
    """Return the costs of one request as text."""
    whole = found.cpu + found.hashing
    lines = [
        f"{name}: {whole:.0f} µs of processor time, {found.wall:.0f} µs in all"
        f" ({found.requests} requests, {found.samples.groups.total()} samples)"
    ]
    lines += [_line(part, whole, group) for group, part in found.by_group().items()]
    lines += [
        f"  database: {count / found.requests / 2:.2f} {what}"
        for what, count in sorted(commands.items())
    ]
    lines += ["  functions of ours, with what they call:"]
    lines += _functions(found, whole, functions, lambda group: group in OWN)
    lines += ["  functions of the libraries, with what they call:"]
    lines += _functions(
        found, whole, functions, lambda group: group not in (*OWN, "the caller", None)
    )
    return "\n".join(lines)


def _functions(
    found: Account, whole: float, limit: int, wanted: Callable[[str | None], bool]
) -> list[str]:
    chosen = [
        _line(found.part(count), whole, function_name(path, function))
        for (path, function), count in found.samples.functions.most_common()
        if wanted(group_of(path))
    ]
    return chosen[:limit]


def _line(part: float, whole: float, what: str) -> str:
    return f"  {part:8.0f} µs  {part / whole:6.1%}  {what}"


def main() -> None:
    """Profile the chosen requests and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=4.0, help="processor time for each, bare and sampled"
    )
    parser.add_argument("--log-level", default="INFO", help="LOG_LEVEL; the log goes to /dev/null")
    parser.add_argument("--functions", type=int, default=30, help="how many functions to list")
    parser.add_argument("--save", type=Path, help="keep the parts in this file")
    parser.add_argument("--against", type=Path, help="such a file: print a table, before and after")
    names = ("protected", "refresh", "authenticate", "register")
    parser.add_argument("--only", choices=names, action="append", help="which request")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as null:
        commands = Commands()
        monitoring.register(commands)
        settings = Settings.from_environ(environment(Path(folder), options.log_level))
        with redirect_stderr(null):
            app = create_app(settings)
            requests = Requests(Caller(app))
            parts: Parts = {}
            for name in options.only or names:
                work: Callable[[], object] = getattr(requests, name)
                for _ in range(10):
                    work()
                commands.seen.clear()
                found = account(work, options.seconds)
                parts[name] = found.by_group()
                print(table(f"/{name}", found, commands.seen, options.functions), end="\n\n")
            app.extensions["authapi"][Database].close()

    if options.save:
        options.save.write_text(json.dumps(parts, indent=1) + "\n")
    if options.against:
        print(before_and_after(json.loads(options.against.read_text()), parts))


def before_and_after(before: Parts, after: Parts) -> str:
    """Return a Markdown table of the microseconds of each group in two profiles."""
    both = [name for name in after if name in before]
    lines = ["| µs of processor time | " + " | ".join(f"`/{name}`" for name in both) + " |"]
    lines.append("| --- " * (len(both) + 1) + "|")
    groups = dict.fromkeys(group for name in both for group in {**before[name], **after[name]})
    for group in [*groups, "all"]:
        cells = [f"{_of(before[name], group):.0f} → {_of(after[name], group):.0f}" for name in both]
        lines.append(f"| {group} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _of(parts: dict[str, float], group: str) -> float:
    return sum(parts.values()) if group == "all" else parts.get(group, 0.0)


def environment(folder: Path, log_level: str) -> dict[str, str]:
    """Return a production service's environment, with limits that are never reached."""
    return {
        "JWT_SECRET": SECRET,
        "MONGO_URI": ensure_running(folder / "mongo"),
        "LIMIT_LOGIN_FAILURES": "1000/second",
        "LIMIT_LOGIN_FAILURES_PER_ADDRESS": "1000/second",
        "LOG_LEVEL": log_level,
    }


if __name__ == "__main__":
    main()
