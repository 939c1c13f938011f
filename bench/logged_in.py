"""What a logged-in client costs an app's tests: `python -m bench.logged_in`.

Processor time of the embedded server and of this process, and milliseconds from call to return.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from pathlib import Path

from flask import Flask

from authapi import create_app, testing
from authapi.embedded import ensure_running
from bench.commands import Command, cost, server_of


def main() -> None:
    """Measure, and print a table in Markdown."""
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        uri = ensure_running(Path(folder) / "mongo")
        app = create_app(testing.settings_in(Path(folder), uri), testing.MovedClock())
        print("| logged in | server, ms | client, ms | median, ms |\n| --- | --- | --- | --- |")
        for name, way in _ways(app).items():
            taken: list[float] = []
            costs = cost(_timed(way, taken), server_of(folder))
            print(f"| {name} | {costs[0]:.2f} | {costs[1]:.2f} | {statistics.median(taken):.1f} |")
        testing.close(app)


def _ways(app: Flask) -> dict[str, Command]:
    return {
        "somebody new": lambda _: testing.client_of(app),
        "somebody new, by name": lambda name: testing.client_of(app, f"user-{name}"),
        "the same again": lambda _: testing.client_of(app, "Ann"),
        "with other roles than before": lambda name: testing.client_of(
            app, "Ben", roles=f"role-{name[-1]}"
        ),
    }


def _timed(way: Command, taken: list[float]) -> Command:
    def timed(name: str) -> None:
        began = time.perf_counter()
        way(name)
        taken.append(1000 * (time.perf_counter() - began))

    return timed


if __name__ == "__main__":
    main()
