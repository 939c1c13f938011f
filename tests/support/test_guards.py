"""The hooks of this test suite."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support import guards
from tests.support.servers import ROOT


@pytest.fixture
def _in_the_background() -> Iterator[None]:
    """As a shell starts what ends with `&`."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_in_the_background")
def test_ctrl_c_reaches_what_tests_start() -> None:
    """Also when a shell runs the tests in the background, where SIGINT is ignored."""
    ask = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    assert subprocess.check_output([sys.executable, "-c", ask], text=True) == "False\n"
    guards.pytest_configure()
    assert subprocess.check_output([sys.executable, "-c", ask], text=True) == "True\n"


@pytest.mark.parametrize(("ci", "outcome"), [("true", "failed"), ("", "skipped")])
def test_a_test_left_out_is_a_failure_in_ci(
    ci: str, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kind of skip fails."""
    monkeypatch.setenv("CI", ci)
    report = pytest.TestReport("a", ("a", 1, "a"), {}, "skipped", ("a", 1, "no reason"), "call")
    hook = guards.pytest_runtest_makereport()
    next(hook)
    with pytest.raises(StopIteration) as done:
        hook.send(report)
    assert done.value.value.outcome == outcome


def test_a_quick_run_leaves_out_what_takes_long() -> None:
    """Races and browsers are left out, other tests are not."""
    pick = ["--collect-only", "-q", "-m", "not external and not slow", "tests/races", "tests/home"]
    command = [sys.executable, "-m", "pytest", *pick]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line} == {
        "tests/home/test_home.py"
    }


def test_what_takes_longest_comes_first() -> None:
    """The named files exist and run first."""
    names = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    assert names.issuperset(guards.FIRST)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/home", "tests/modal"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("tests/modal/test_adapter.py::")
