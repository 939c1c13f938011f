"""The service has cores of its own, or shares all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench.groups import ALL, FLOORS, PEERS_GROUP, SHARED, SIZES, layout_of
from bench.layouts import APART, TOGETHER, TooFewCores, arranged, available, move, on

SLEEPER = """
import sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
print("up", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[str]]:
    """A process with two threads that waits."""
    command = [sys.executable, "-c", SLEEPER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


@pytest.mark.parametrize(
    ("cores", "service", "others"),
    [([0, 1], (0,), (1,)), ([2, 3, 5], (2,), (3, 5)), ([0, 1, 2, 3], (0, 1), (2, 3))],
)
def test_apart_the_service_has_the_first_half(
    cores: list[int], service: tuple[int, ...], others: tuple[int, ...]
) -> None:
    """It has a process for each of its cores; an odd core is not its own."""
    layout = arranged(APART, cores)
    assert (layout.service, layout.others) == (service, others)
    assert layout.processes == len(service)


def test_together_all_cores_are_everybodys() -> None:
    """A machine with one core has this layout as well."""
    assert arranged(TOGETHER, [4]).service == arranged(TOGETHER, [4]).others == (4,)
    assert arranged(TOGETHER, [0, 1]).processes == 2


def test_one_core_is_not_shared_out() -> None:
    """One core cannot be divided, so the layout is refused."""
    with pytest.raises(TooFewCores, match="one core"):
        arranged(APART, [0])


def test_goals_are_judged_apart_and_the_floors_are_shown_together_too() -> None:
    """The page shows the floors in both layouts."""
    assert {group for group in ALL if layout_of(group) == APART} == {FLOORS, SIZES, PEERS_GROUP}
    assert layout_of(SHARED) == TOGETHER


def test_what_is_started_stays_on_the_cores_it_was_started_on() -> None:
    """The process that starts it gets its own cores back afterwards."""
    before = os.sched_getaffinity(0)
    core = available()[-1]
    look = "import os; print(*os.sched_getaffinity(0))"
    with on([core]):
        found = subprocess.run([sys.executable, "-c", look], capture_output=True, check=True)
    assert int(found.stdout) == core
    assert os.sched_getaffinity(0) == before


def test_a_running_process_moves_with_all_its_threads(sleeper: subprocess.Popen[str]) -> None:
    """A server that was running before is moved to the right cores."""
    core = available()[-1]
    move(sleeper.pid, [core])
    threads = [int(name) for name in os.listdir(f"/proc/{sleeper.pid}/task")]
    assert len(threads) == 2
    assert [os.sched_getaffinity(thread) for thread in threads] == [{core}, {core}]
