"""The systemd unit, verified by systemd and started as documented."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from pathlib import Path

import pytest
import requests

from tests.deploy.debian import archive
from tests.deploy.images import lay_out
from tests.deploy.machines import STEPS, Machine, unpacked
from tests.deploy.proxies import changed
from tests.support.actors import Visitor
from tests.support.servers import ROOT, free_port
from tests.support.tools import program
from tests.support.waiting import DEADLINE, LONGEST, until

pytestmark = pytest.mark.external

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
    return program("systemd-analyze")


def test_systemd_knows_every_line_of_the_unit(analyze: str, tmp_path: Path) -> None:
    """No name is misspelt, no value ignored, no file missing."""
    unit = tmp_path / UNIT.name
    here = {"/opt/authapi/.venv/bin/python": sys.executable, "/opt/authapi": str(ROOT)}
    unit.write_text(changed(UNIT, here))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_service_may_do_little(analyze: str) -> None:
    """Systemd's rating of the unit's exposure is low."""
    command = [analyze, "security", "--no-pager", "--offline=true"]
    command += [f"--threshold={HIGHEST_EXPOSURE}", str(UNIT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:]


def test_a_stop_is_longer_than_the_servers_grace() -> None:
    """Systemd kills the server only after its grace period."""
    unit = _Unit(strict=False, interpolation=None)
    unit.read(UNIT)
    grace = int(UNIT.read_text().partition("GRACE_SECONDS=")[2].split()[0])
    assert int(unit["Service"]["TimeoutStopSec"]) > grace


@pytest.fixture(scope="module")
def machine(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine on which the documentation's steps were taken, up to the unit's."""
    files = tmp_path_factory.mktemp("machine") / "files"
    with unpacked(archive(shared_folder), files) as machine:
        lay_out(files / "opt" / "authapi")
        unit = files / "opt" / "authapi" / UNIT.relative_to(ROOT)
        unit.parent.mkdir(parents=True)
        unit.write_text(UNIT.read_text())
        machine.do(STEPS[0])
        yield machine


@pytest.fixture(scope="module")
def port(machine: Machine, environment: Mapping[str, str]) -> int:
    """Where the service listens on that machine, its secrets in the file for root alone."""
    port = free_port()
    given = {**environment, "PORT": str(port)}
    lines = "".join(f"{name}={value}\n" for name, value in given.items())
    machine.do(STEPS[1])
    secrets = machine.files / "etc" / "authapi" / "authapi.env"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert "JWT_SECRET=" in secrets.read_text()
    secrets.write_text(lines)
    copy, reload, enable, look = STEPS[2].strip().splitlines()
    assert "daemon-reload" in reload
    assert "readyz" in look
    machine.do(f"{copy}\n{enable.replace(' --now', '')}")  # the rest is for a running one
    return port


@pytest.fixture(scope="module")
def console(machine: Machine, port: int) -> Iterator[Path]:
    """The machine's console, when the service is up."""
    with machine.booted() as console:
        url = f"http://127.0.0.1:{port}/readyz"
        until(lambda: _ok(url), what="the unit serves", seconds=LONGEST, instead=console.read_text)
        yield console


@pytest.mark.timeout(3600)
def test_systemd_starts_it_with_all_its_restrictions(
    machine: Machine, console: Path, port: int
) -> None:
    """It becomes ready and hashes passwords as an unprivileged user."""
    visitor = Visitor(f"http://127.0.0.1:{port}")
    answer = visitor.protected(visitor.log_in()["access_token"])
    visitor.close()
    assert answer.json()["status"] == "ok"
    users = {owner for command, owner in _running(machine) if b"/opt/authapi/.venv" in command}
    assert users
    assert min(users) >= 61184  # where systemd's dynamic users begin


def _ok(url: str) -> bool:
    try:
        return bool(requests.get(url, timeout=DEADLINE).ok)
    except (requests.ConnectionError, requests.Timeout):
        return False


def _running(machine: Machine) -> Iterator[tuple[bytes, int]]:
    """Yield the command and the user of each process in a machine; others run beside it."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "root").samefile(machine.files):
                yield (entry / "cmdline").read_bytes(), entry.stat().st_uid
        except OSError:  # it has ended, or is not to be looked at
            continue
