"""Hits counted in memory: a step at a time, for a bounded number of clients."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.limits import steps
from authapi.limits.rules import HIGHEST_COUNT, Rate
from authapi.limits.steps import Steps

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@given(st.integers(1, HIGHEST_COUNT))
def test_a_step_is_a_twentieth_at_most_and_fits(count: int) -> None:
    """A window is filled by whole steps; a small rate is counted one by one."""
    step = Rate(count, MINUTE).step
    assert count % step == 0
    assert step == 1 or step * 20 <= count


def test_every_step_is_due_once_whoever_completes_it() -> None:
    """S29: of 600 hits by many threads, exactly each fifteenth goes to the database."""
    counted = Steps(Rate(300, MINUTE))
    with ThreadPoolExecutor(16) as pool:
        due = list(pool.map(lambda _: counted.complete("a", NOW), range(600)))
    assert due.count(True) == 40


def test_clients_are_counted_apart() -> None:
    """The hits of one are none of another's."""
    counted = Steps(Rate(40, MINUTE))
    assert [counted.complete(client, NOW) for client in "abab"] == [False, False, True, True]


def test_a_step_that_was_refused_is_due_again_with_the_next_hit() -> None:
    """While there is no room, the database is asked each time."""
    counted = Steps(Rate(300, MINUTE))
    for _ in range(3):
        counted.put_back("a", NOW)
        assert counted.complete("a", NOW)


def test_hits_older_than_the_window_are_forgotten() -> None:
    """Who comes once a minute never completes a step."""
    counted = Steps(Rate(40, MINUTE))
    assert not any(counted.complete("a", NOW + MINUTE * number) for number in range(100))


def test_the_clients_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """From ever new addresses a process is not filled; the one that came longest ago is lost."""
    monkeypatch.setattr(steps, "MOST_CLIENTS", 3)
    counted = Steps(Rate(40, MINUTE))
    for client in "abcd":
        counted.complete(client, NOW)
    assert counted.complete("d", NOW)
    assert not counted.complete("a", NOW)
