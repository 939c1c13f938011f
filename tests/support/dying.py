"""A process that dies after its k-th write to the database."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

from tests.support.servers import ROOT, clean_environment

WRITES = "insert", "update", "delete", "findAndModify", "bulkWrite"
DEAD = 99
"""The exit status of a process that died where it was told to."""

_PROGRAM = """
import os, sys
from pymongo import monitoring

class Dying(monitoring.CommandListener):
    def __init__(self, left):
        self.left = left
    def started(self, event):
        pass
    def succeeded(self, event):
        if event.command_name in {writes} and self.left is not None:
            self.left -= 1
            if self.left == 0:
                os._exit({dead})
    def failed(self, event):
        pass

dying = Dying(None)
monitoring.register(dying)
from authapi import create_app
app = create_app()
app.test_client().get("/readyz")
{before}
dying.left = int(sys.argv[1])
{story}
"""


def dies_after(
    writes: int, environment: Mapping[str, str], story: str, *, before: str = ""
) -> bool:
    """Run a story in a process that dies after so many writes.

    Args:
        writes: how many are answered before it dies.
        environment: the service's settings.
        story: Python; `app` is the service.
        before: Python that runs first, and whose writes do not count.

    Returns:
        Whether it died; False when the story was over before.
    """
    program = _PROGRAM.format(writes=WRITES, dead=DEAD, before=before, story=story)
    done = subprocess.run(
        [sys.executable, "-c", program, str(writes)],
        cwd=ROOT,
        env=clean_environment(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, DEAD), done.stderr
    return done.returncode == DEAD
