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


def due(counted: Steps, *clients: str, now: datetime = NOW) -> list[int]:
    """Count a hit of each, one after the other, with a database that has room for all."""
    amounts = []
    for client in clients:
        amounts.append(counted.due(client, now))
        if amounts[-1]:
            counted.written(client, amounts[-1], now)
    return amounts


def test_each_fifteenth_hit_writes_fifteen() -> None:
    """300 a minute cost 20 writes."""
    assert due(Steps(Rate(300, MINUTE)), *"a" * 45) == ([0] * 14 + [15]) * 3


def test_whoever_comes_at_once_nothing_is_counted_twice_or_never() -> None:
    """S29: of 600 hits by many threads all are written, but for less than a step."""
    counted = Steps(Rate(300, MINUTE))

    def hit(_: int) -> int:
        return sum(due(counted, "a"))

    with ThreadPoolExecutor(16) as pool:
        written = sum(pool.map(hit, range(600)))
    assert 600 - 15 < written <= 600


def test_clients_are_counted_apart() -> None:
    """The hits of one are none of another's."""
    assert due(Steps(Rate(40, MINUTE)), *"abab") == [0, 0, 2, 2]


def test_while_a_step_is_being_written_others_are_written_one_by_one() -> None:
    """S29: a crowd does not slip through behind the one who asks."""
    counted = Steps(Rate(40, MINUTE))
    assert [counted.due("a", NOW) for _ in range(5)] == [0, 2, 1, 1, 1]
    counted.written("a", 2, NOW)
    assert due(counted, *"aa") == [0, 2]


def test_once_there_is_no_room_hits_are_written_one_by_one() -> None:
    """Until one of them fits again: then the step that was refused is due."""
    counted = Steps(Rate(40, MINUTE))
    assert [counted.due("a", NOW) for _ in range(2)] == [0, 2]
    counted.refused("a", 2, NOW)
    assert [counted.due("a", NOW) for _ in range(3)] == [1, 1, 1]
    counted.written("a", 1, NOW)
    assert due(counted, *"aaa") == [2, 0, 2]


def test_hits_older_than_the_window_are_forgotten() -> None:
    """Who comes once a minute never completes a step."""
    counted = Steps(Rate(40, MINUTE))
    assert not any(counted.due("a", NOW + MINUTE * number) for number in range(100))


def test_the_clients_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """From ever new addresses a process is not filled; the one that came longest ago is lost."""
    monkeypatch.setattr(steps, "MOST_CLIENTS", 3)
    counted = Steps(Rate(40, MINUTE))
    assert due(counted, *"abcd", "d", "a") == [0, 0, 0, 0, 2, 0]
