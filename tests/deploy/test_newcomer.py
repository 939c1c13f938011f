"""The README's commands on a minimal Debian, by a user who is not root."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deploy.machines import Machine
from tests.deploy.newcomer import MEASURE, STRICT, TESTS, bare_machine, serve_and_try

pytestmark = [pytest.mark.external, pytest.mark.timeout(7200)]

PACKAGES = "ca-certificates,curl,git,make,python3,python3-venv"
"""What the README asks for, and what it takes to clone and to type its three lines."""
PICKED = "test_flood or test_restart or test_privacy or test_crashes"
"""Tests of processes, signals and open files: all of them would take as long as they do in CI.
One worker collects them: a second one would read every test once more, for a dozen that run."""
Measured = Callable[[str, str], None]


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def machine(
    request: pytest.FixtureRequest, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A bare Debian 12, and a bare Debian 13, with a user and a clone in the user's home."""
    files = tmp_path_factory.mktemp("bare") / "files"
    with bare_machine(shared_folder, files, str(request.param), PACKAGES) as machine:
        yield machine


@pytest.fixture
def measured(machine: Machine, record_property: Callable[[str, object], None]) -> Measured:
    """Keep how long something took and what it left on the disk; the run's end shows it."""
    system = dict(re.findall(r'^(\w+)="?(.*?)"?$', machine.do("cat /etc/os-release"), re.MULTILINE))

    def keep(what: str, said: str) -> None:
        seconds, size, python = re.findall(r"it took (\d+) s and (\d+)\s.*with Python (\S+)", said)[
            0
        ]
        where = f"Debian {system['VERSION_ID']}, Python {python}"
        record_property(f"{what} ({where})", f"{seconds} s, {size} MB")

    return keep


def test_make_run_serves_and_its_three_lines_work(machine: Machine, measured: Measured) -> None:
    """Only the programs that the README names are installed."""
    said = serve_and_try(machine)
    measured("make run, until it serves", said)


def test_make_test_says_first_what_it_leaves_out_and_is_green(
    machine: Machine, measured: Measured
) -> None:
    """A part of the tests passes with few open files and SIGINT ignored."""
    _, test = TESTS.splitlines()
    assert test == "make test"
    said = machine.type_as(
        "newcomer",
        f"""cd authapi
        trap '' INT
        began=$(date +%s)
        if {test} ARGS='-n 1 -k "{PICKED}"' > test.log 2>&1; then
            cat test.log
            {MEASURE}
            exit
        fi
        grep -E '^(FAILED|ERROR|E  |npm error)' test.log || :
        tail -n 9 test.log
        exit 1""",
        STRICT,
    )
    first, *_ = said.splitlines()
    assert first == "Left out on this machine:"
    assert said.count("sudo apt-get install") == 1
    assert said.index("sudo apt-get install") < said.index("Installing")
    assert int(re.findall(r"(\d+) passed", said)[0]) > 10, said[-3000:]
    assert "This failed" not in said
    measured("make test, a few tests of it", said)
