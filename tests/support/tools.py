"""Programs that tests run and that a machine may not have."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support import programs

NODE = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
"""The Node that `make` installed, or the machine's own."""


def leave_out(reason: str) -> NoReturn:
    """Skip on a newcomer's machine; fail where everything must be tested."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> str:
    """Return where the program `name` is, or leave the test out and say how to get it."""
    if found := programs.find(name):
        return found
    package = programs.PACKAGES[name]
    leave_out(f"{name} was not tested, it is not installed: apt-get install {package}")


def node() -> str:
    """Return where Node is, or leave the test out and say how to get it."""
    return NODE or leave_out("not tested: Node is not installed, `make test` does it")


def root() -> None:
    """Leave the test out unless it is run by root, and say so."""
    if os.geteuid() != 0:
        leave_out("not tested: this needs root")
