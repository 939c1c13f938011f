"""Programs that tests run and that a machine may not have."""

import os
import shutil
from typing import NoReturn

import pytest


def leave_out(reason: str) -> NoReturn:
    """Skip on a newcomer's machine; fail where everything must be tested."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def program(name: str, package: str | None = None) -> str:
    """Return where the program `name` is, or leave the test out and say how to get it.

    Args:
        name: what it is called; system folders that are not in a user's PATH are looked at too.
        package: the Debian package that has it, unless that is called as the program is.
    """
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    if found := shutil.which(name, path=path):
        return found
    leave_out(f"{name} was not tested, it is not installed: apt-get install {package or name}")


def root() -> None:
    """Leave the test out unless it is run by root, and say so."""
    if os.geteuid() != 0:
        leave_out("not tested: this needs root")
