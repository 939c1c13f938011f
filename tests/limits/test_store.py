"""Moving windows and streaks of failures in the real database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import repeat

import pytest
from pymongo.errors import PyMongoError

from authapi.database import Database
from authapi.limits.backoff import Backoff, StreakUpdate
from authapi.limits.rules import Rate
from authapi.limits.store import KNOWN_NETWORKS, Counter, LimitStore
from authapi.settings import Settings
from authapi.wiring import build_database

NOW = datetime(2126, 11, 22, 18, 0, tzinfo=UTC)
"""The database removes what is over by its own clock: nothing here is, whenever the test runs."""
A_FAILURE = StreakUpdate(1, NOW, timedelta(days=30), below=3)


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Database]:
    database = build_database(settings)
    yield database
    database.close()


@pytest.fixture
def store(database: Database) -> LimitStore:
    return LimitStore(database)


def a_window(rate: str) -> Counter:
    """Return a window that nobody counted in yet."""
    return Counter(secrets.token_hex(8), Rate.parse(rate))


def test_a_window_keeps_no_more_than_it_needs(store: LimitStore) -> None:
    """The next hit removes those that have left the window."""
    counter = a_window("3/minute")
    assert [store.count_all_or_nothing([counter], NOW) for _ in range(3)] == [True] * 3
    assert not store.count_all_or_nothing([counter], NOW + timedelta(seconds=59.999))
    assert store.count_all_or_nothing([counter], NOW + timedelta(minutes=1))
    assert len(store.read([counter]).hits[counter.id]) == 1


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_clock_that_was_wrong_and_put_right_keeps_nobody_waiting(
    store: LimitStore, count: int
) -> None:
    """Hits far in the future are ignored; those slightly ahead count."""
    counter = Counter(secrets.token_hex(8), Rate(count, timedelta(hours=1)))
    ahead, little = NOW + timedelta(days=365), NOW + timedelta(seconds=30)
    assert all(store.count_all_or_nothing([counter], ahead) for _ in range(count))
    assert all(store.count_all_or_nothing([counter], little) for _ in range(count))
    assert not store.count_all_or_nothing([counter], NOW)
    assert counter.rate.free_at(store.read([counter]).hits[counter.id], NOW) is not None


def test_a_refusal_counts_nowhere(store: LimitStore) -> None:
    """If one window is full, hits in the others are taken back."""
    before, full, after = a_window("9/hour"), a_window("1/hour"), a_window("9/hour")
    assert store.count_all_or_nothing([full], NOW)
    assert not store.count_all_or_nothing([before, full, after], NOW)
    hits = store.read([before, full, after]).hits
    assert [len(hits[counter.id]) for counter in (before, full, after)] == [0, 1, 0]


def test_a_hit_given_back_makes_room_for_one(store: LimitStore) -> None:
    """Only one hit is taken back, even if two have the same millisecond."""
    counter = a_window("2/hour")
    assert [store.count_all_or_nothing([counter], NOW) for _ in range(3)] == [True, True, False]
    store.give_back([counter])
    assert [store.count_all_or_nothing([counter], NOW) for _ in range(2)] == [True, False]


def test_hits_at_once_never_exceed_the_rate(store: LimitStore) -> None:
    """S29: The first hits of a window may race, too."""
    with ThreadPoolExecutor(16) as pool:
        for _ in range(10):
            counter = a_window("5/hour")
            taken = list(pool.map(store.count_all_or_nothing, repeat([counter], 40), repeat(NOW)))
            assert 1 <= sum(taken) <= 5
            assert len(store.read([counter]).hits[counter.id]) == sum(taken)


def test_of_strangers_at_once_one_may_try(store: LimitStore) -> None:
    """S23, S29: Beyond the threshold one attempt at a time is allowed."""
    backoff, account = Backoff(3, timedelta(hours=1)), secrets.token_hex(8)
    for _ in range(3):
        assert store.count_all_or_nothing([a_window("9/hour")], NOW, account, A_FAILURE)
    streak = store.read([], account).streak
    later = NOW + backoff.wait(0, 0)
    update = backoff.after_failure(streak, "elsewhere", later)

    def attempt(_: int) -> bool:
        return store.count_all_or_nothing([a_window("9/hour")], later, account, update)

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    assert store.read([], account).streak.failures == 4


def test_the_networks_of_an_account_are_bounded_and_the_latest_stay(store: LimitStore) -> None:
    """A network that is used regularly is never forgotten."""
    account = secrets.token_hex(8)
    for number in range(KNOWN_NETWORKS + 5):
        for network in (f"hotel {number}", "home"):
            store.note_login(account, network, NOW, 3)
    known = store.read([], account).streak.known
    assert known[:2] == ("home", f"hotel {KNOWN_NETWORKS + 4}")
    assert len(known) == len(set(known)) == KNOWN_NETWORKS


@pytest.mark.parametrize(("failures", "days", "left"), [(2, 0, 0), (3, 0, 3), (3, 30, 0)])
def test_a_login_ends_a_streak_unless_the_backoff_is_active_by_then(
    store: LimitStore, failures: int, days: int, left: int
) -> None:
    """S23: The streak at the time of the write decides."""
    account = secrets.token_hex(8)
    for _ in range(failures):
        assert store.count_all_or_nothing([a_window("9/hour")], NOW, account, A_FAILURE)
    store.note_login(account, "home", NOW + timedelta(days=days), 3)
    assert store.read([], account).streak.failures == left


def test_a_write_that_fails_is_no_refusal(store: LimitStore, database: Database) -> None:
    """S74: Only a full window is a 429; errors of the database are a 503."""
    account = secrets.token_hex(8)
    database["limits"].insert_one({"_id": account, "failures": "damaged"})
    with pytest.raises(PyMongoError):
        store.count_all_or_nothing([a_window("1/hour")], NOW, account, A_FAILURE)


def test_documents_end_by_themselves(store: LimitStore, database: Database) -> None:
    """A TTL index removes windows, streaks and known networks."""
    counter, failing, known = a_window("1/hour"), secrets.token_hex(8), secrets.token_hex(8)
    store.count_all_or_nothing([counter], NOW, failing, A_FAILURE)
    store.note_login(known, "home", NOW, 3)
    lives = [
        database["limits"].find_one({"_id": name})["expires_at"] - NOW  # type: ignore[index]
        for name in (counter.id, failing, known)
    ]
    assert "limits.expires_at_1" in database.ensure_indexes()
    assert lives == [timedelta(hours=1), timedelta(days=30), timedelta(days=400)]
