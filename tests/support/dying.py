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
"""The exit status of a process that died where it was told to."""

_NURSERY = multiprocessing.get_context("forkserver")
"""A process with the service imported, and nothing of it made yet: what it forks starts at once."""
_NURSERY.set_forkserver_preload([__name__])


class _Dying(monitoring.CommandListener):
    """Ends this process, as a lost machine does, when the last of `left` writes is answered."""

    left: int | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Let it begin."""

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Count a write, from when somebody says how many there are."""
        if event.command_name in WRITES and self.left is not None:
            self.left -= 1
            if self.left == 0:
                os._exit(DEAD)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Let it go on."""


def dies_after(writes: int, environment: Mapping[str, str], story: str) -> bool:
    """Run a story in a process that dies after so many writes.

    Args:
        writes: how many are answered before it dies.
        environment: the service's settings.
        story: Python; `app` is the service, and `os` is imported.

    Returns:
        Whether it died; False when the story was over before.
    """
    with NamedTemporaryFile("r") as said:
        process = _NURSERY.Process(
            target=_live, args=(writes, clean_environment(environment), story, said.name)
        )
        process.start()
        process.join()
        assert process.exitcode in (0, DEAD), said.read()
    return process.exitcode == DEAD


def _live(writes: int, environment: Mapping[str, str], story: str, said: str) -> None:
    """Be that process: make the service, and let the story run."""
    with Path(said).open("w") as file:
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
    exec(story, {"app": app, "os": os})
