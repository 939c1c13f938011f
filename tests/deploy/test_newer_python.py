"""The README's commands with a Python that the development database has no wheels for."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.machines import Machine
from tests.deploy.newcomer import ENTER, RUN, bare_machine, serve_and_try

pytestmark = [pytest.mark.external, pytest.mark.timeout(3600)]

PYTHON = "python3.14"
"""By name, since the `python3` of the next Debian moves on. When Debian drops it, the next one
goes here."""
PACKAGES = f"ca-certificates,curl,git,make,{PYTHON},{PYTHON}-venv"


@pytest.fixture(scope="module")
def machine(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A bare Debian 14 as it is so far, whose only Python is 3.14."""
    files = tmp_path_factory.mktemp("newer") / "files"
    with bare_machine(shared_folder, files, "forky", PACKAGES) as machine:
        machine.do(f"ln -s {PYTHON} /usr/bin/python3")
        yield machine


def test_it_is_said_what_to_do_before_anything_is_installed(machine: Machine) -> None:
    """The message names the supported Pythons and MONGO_URI."""
    said = machine.type_as("newcomer", f"{ENTER}; {RUN} 2>&1 && exit 1; ls -A")
    assert "authapi runs on Python 3.11 to 3.13 (here: python3 is 3.14" in said
    assert "MONGO_URI='mongodb://...' make run" in said
    assert "Installing" not in said
    assert ".venv" not in said.splitlines()


def test_with_a_database_of_ones_own_the_readmes_lines_work(
    machine: Machine, mongo_uri: str
) -> None:
    """The development database is not installed, and nothing warns."""
    name = f"test_{secrets.token_hex(6)}"
    said = serve_and_try(machine, f"MONGO_URI={shlex.quote(mongo_uri)} MONGO_DATABASE={name}")
    assert "database:      MONGO_URI\n" in said
    assert "with Python 3.14" in said
