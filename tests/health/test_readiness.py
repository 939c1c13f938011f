"""The checks of `/readyz` under many requests."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from authapi.health.service import FRESH_ENOUGH, Readiness
from tests.support.clock import MovedClock
from tests.support.waiting import DEADLINE


@pytest.fixture
def clock() -> MovedClock:
    """A clock of this test's own."""
    return MovedClock().stop()


class Counted:
    """A check that counts its runs, and can be held."""

    def __init__(self, told: str | None = None) -> None:
        self.told = told
        self.runs = 0
        self.running = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self) -> str | None:
        """Run once."""
        self.runs += 1
        self.running.set()
        assert self.may_end.wait(DEADLINE)
        return self.told


def test_a_second_has_one_check(clock: MovedClock) -> None:
    """S74: 500 requests share a check; the next second has another one."""
    check = Counted()
    readiness = Readiness({"database": check}, clock)
    with ThreadPoolExecutor(16) as pool:
        reports = list(pool.map(lambda _: readiness.report(), range(500)))
    assert (check.runs, reports) == (1, [{"database": "ok"}] * 500)
    clock.move(seconds=1)
    check.told = "away"
    assert readiness.report() == {"database": "away"}
    assert check.runs == 2


def test_nobody_waits_for_a_check_that_another_makes(clock: MovedClock) -> None:
    """S74: Meanwhile requests get the last report, if it is recent."""
    check = Counted()
    readiness = Readiness({"database": check}, clock)
    readiness.report()
    clock.move(seconds=2)
    check.running.clear()
    check.may_end.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(readiness.report)
        assert check.running.wait(DEADLINE)
        assert readiness.report() == {"database": "ok"}
        assert not first.done()
        check.may_end.set()
    assert check.runs == 2


def test_whoever_knows_nothing_recent_waits(clock: MovedClock) -> None:
    """S74: Without a recent report all wait for the same check."""
    check = Counted()
    readiness = Readiness({"database": check}, clock)
    readiness.report()
    clock.move(seconds=FRESH_ENOUGH.total_seconds())
    check.told = "away"
    check.running.clear()
    check.may_end.clear()
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(readiness.report) for _ in range(8)]
        assert check.running.wait(DEADLINE)
        assert not any(one.done() for one in asked)
        check.may_end.set()
        assert [one.result(DEADLINE) for one in asked] == [{"database": "away"}] * 8
    assert check.runs == 2


def test_a_clock_that_is_set_back_keeps_no_report(clock: MovedClock) -> None:
    """A report from the future is not used."""
    check = Counted()
    readiness = Readiness({"database": check}, clock)
    readiness.report()
    clock.move(hours=-1)
    readiness.report()
    assert check.runs == 2


def test_a_failed_check_ends_the_round(clock: MovedClock) -> None:
    """S74: The remaining checks, which need the database, are not made."""
    never = Counted()
    report = Readiness({"database": lambda: "away", "indexes": never}, clock).report()
    assert report == {"database": "away", "indexes": "not checked"}
    assert never.runs == 0
