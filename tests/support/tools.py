"""Programs that tests need and that a machine may lack."""

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
    """Skip the test; in CI, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str) -> str:
    """Return the path of a program, or skip the test and say what to install."""
    if found := programs.find(name):
        return found
    package = programs.PACKAGES[name]
    leave_out(f"{name} was not tested, it is not installed: apt-get install {package}")


def node() -> str:
    """Return the path of Node, or skip the test and say how to install it."""
    return NODE or leave_out("not tested: Node is not installed, `make test` does it")


def root() -> None:
    """Skip the test unless root runs it."""
    if os.geteuid() != 0:
        leave_out("not tested: this needs root")
