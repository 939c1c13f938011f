"""The systemd unit, as far as systemd judges it without being started by it."""

from __future__ import annotations

import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.deploy.proxies import changed
from tests.support.servers import ROOT
from tests.support.tools import program

UNIT = ROOT / "deploy" / "systemd" / "authapi.service"
HIGHEST_EXPOSURE = 15
"""Of 100: what systemd calls "OK" begins at 50 and below."""


class _Unit(ConfigParser):
    """A unit's sections; of a name that is given twice the last one stands."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.fixture(scope="module")
def analyze() -> str:
    """Where systemd's own judge of units is."""
    return program("systemd-analyze", "systemd")


def test_systemd_knows_every_line_of_the_unit(analyze: str, tmp_path: Path) -> None:
    """No misspelt name, no value that it ignores, no file that is missing."""
    unit = tmp_path / UNIT.name
    here = {"/opt/authapi/.venv/bin/python": sys.executable, "/opt/authapi": str(ROOT)}
    unit.write_text(changed(UNIT, here))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_service_may_do_little(analyze: str) -> None:
    """Systemd rates how much of the machine a broken-in service could reach."""
    command = [analyze, "security", "--no-pager", "--offline=true"]
    command += [f"--threshold={HIGHEST_EXPOSURE}", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:]


def test_a_stop_is_longer_than_the_servers_grace() -> None:
    """Systemd kills what is left only after the server has had its time."""
    unit = _Unit(strict=False, interpolation=None)
    unit.read(UNIT)
    grace = int(UNIT.read_text().partition("GRACE_SECONDS=")[2].split()[0])
    assert int(unit["Service"]["TimeoutStopSec"]) > grace
