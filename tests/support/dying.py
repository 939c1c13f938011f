"""A process that dies after its k-th write to the database."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from pymongo import monitoring

from tests.support import cheap
from tests.support.servers import ROOT, clean_environment

WRITES = "insert", "update", "delete", "findAndModify", "bulkWrite"
DEAD = 99
"""The exit status of a process that died after its last write."""

_FORKSERVER = multiprocessing.get_context("forkserver")
"""Forks processes from one that has imported the service, so that they start quickly."""
_FORKSERVER.set_forkserver_preload([__name__])


class _Dying(monitoring.CommandListener):
    """Ends this process without any clean-up when the last of `left` writes was answered."""

    left: int | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Do nothing."""

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Count a write, once `left` is set."""
        if event.command_name in WRITES and self.left is not None:
            self.left -= 1
            if self.left == 0:
                os._exit(DEAD)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Do nothing."""


def dies_after(writes: int, environment: Mapping[str, str], code: str) -> bool:
    """Run code in a process that dies after so many writes.

    Args:
        writes: how many are answered before it dies.
        environment: the service's settings.
        code: Python code; `app` is the service, and `os` is imported.

    Returns:
        Whether it died; False when the code ended before.
    """
    with NamedTemporaryFile("r") as output:
        process = _FORKSERVER.Process(
            target=_run, args=(writes, clean_environment(environment), code, output.name)
        )
        process.start()
        process.join()
        assert process.exitcode in (0, DEAD), output.read()
    return process.exitcode == DEAD


def _run(writes: int, environment: Mapping[str, str], code: str, output: str) -> None:
    """Create the service in that process, and run the code."""
    with Path(output).open("w") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    dying = _Dying()
    monitoring.register(dying)
    app = cheap.app()
    app.test_client().get("/readyz")
    dying.left = writes
    exec(code, {"app": app, "os": os})
