"""The three ways to check for revocations, and what each does while the database is away."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from pymongo.collection import Collection
from pymongo.errors import ServerSelectionTimeoutError

from authapi import create_app
from authapi.core.errors import ApiError
from authapi.core.identity import Identity
from authapi.database import FAILURES, Collections, Document
from authapi.revocation.models import Revocation
from authapi.revocation.service import SyncedRevocations
from authapi.revocation.store import RevocationStore
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.commands import Commands
from tests.support.servers import in_thread
from tests.support.waiting import until

LIFETIME, PATIENCE = timedelta(minutes=15), timedelta(seconds=30)


class Counted:
    """Real collections that count how often they are asked for, and can be taken away."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections
        self.calls = 0
        self.away = False
        self.gate: Barrier | None = None

    def __getitem__(self, name: str) -> Collection[Document]:
        self.calls += 1
        if self.gate is not None and self.calls == 1:
            self.gate.wait()
        if self.away:
            raise ServerSelectionTimeoutError("away")
        return self._collections[name]


@pytest.fixture
def counted(collections: Collections) -> Counted:
    """The real database, counted."""
    return Counted(collections)


@pytest.fixture
def revocations(counted: Counted, clock: MovedClock) -> SyncedRevocations:
    """One process's view of the revocations."""
    return SyncedRevocations(RevocationStore(counted), clock, LIFETIME, PATIENCE)


@pytest.fixture
def holder(clock: MovedClock) -> Callable[[str], Identity]:
    """Makes the identity of a token of a session, issued now."""

    def identity(session_id: str) -> Identity:
        now = clock()
        return Identity("ann", "u1", session_id, "t1", now, now + LIFETIME)

    return identity


@contextmanager
def serving(settings: Settings, **changes: Any) -> Iterator[Visitor]:  # noqa: ANN401
    """Serve with other settings, on the same database."""
    app = create_app(replace(settings, **changes))
    with in_thread(app) as url:
        visitor = Visitor(url)
        yield visitor
        visitor.close()
    services_of(app).database.close()


def test_a_thousand_checks_cost_one_read(
    revocations: SyncedRevocations,
    counted: Counted,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """S58: within the half second that a copy is fresh, nobody asks the database again."""
    identity = holder("s1")
    stopped = clock()
    frozen = SyncedRevocations(RevocationStore(counted), lambda: stopped, LIFETIME, PATIENCE)
    for _ in range(1000):
        frozen.check(identity)
    assert counted.calls == 1


def test_a_thousand_requests_cost_one_command(settings: Settings, clock: MovedClock) -> None:
    """S58: `/protected` itself asks the database for nothing; its process, twice a second."""
    stopped = clock()
    name = f"test_{secrets.token_hex(6)}"
    commands = Commands(name)
    app = create_app(replace(settings, mongo_database=name), lambda: stopped)
    services = services_of(app)
    services.database.prepare()
    token, _ = services.tokens.issue_access("ann", "u1", "s1")
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    commands.since_last()
    assert {client.get("/protected", headers=headers).status_code for _ in range(1000)} == {200}
    assert commands.since_last() == ["find revocations"]
    services.database.close()


def test_a_process_goes_on_with_its_copy_while_the_database_is_away(
    revocations: SyncedRevocations,
    counted: Counted,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """What it knew to be revoked stays refused; what it knew to be good stays good, for a while."""
    revocations.revoke_sessions(["ended"])
    revocations.check(holder("living"))
    counted.away = True
    clock.move(seconds=20)
    revocations.check(holder("living"))
    with pytest.raises(ApiError):
        revocations.check(holder("ended"))


def test_after_its_patience_a_process_refuses_to_guess(
    revocations: SyncedRevocations,
    counted: Counted,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """S74: never an open door: then the failure itself is passed on, which is a 503."""
    revocations.check(holder("living"))
    counted.away = True
    clock.move(seconds=31)
    with pytest.raises(ServerSelectionTimeoutError):
        revocations.check(holder("living"))
    counted.away = False
    revocations.check(holder("living"))


def test_strict_asks_for_the_session_itself(settings: Settings, collections: Collections) -> None:
    """S58: a session that is gone from the database, however it went, opens nothing."""
    with serving(settings, revocation="strict") as visitor:
        token = visitor.log_in()["access_token"]
        assert visitor.protected(token).status_code == 200
        collections["sessions"].delete_many({})
        assert error_code(visitor.protected(token)) == (401, "invalid_token")


def test_off_leaves_access_tokens_to_expire(settings: Settings) -> None:
    """Whoever switches it off gets what every plain JWT service has."""
    with serving(settings, revocation="off") as visitor:
        tokens = visitor.log_in()
        visitor.log_out(tokens["refresh_token"])
        assert visitor.protected(tokens["access_token"]).status_code == 200
        assert visitor.refresh(tokens["refresh_token"]).status_code == 400


def test_a_revocation_outlives_tokens_of_a_clock_that_runs_ahead(
    revocations: SyncedRevocations, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S58: another server, five seconds ahead, issued a token that ends five seconds later."""
    revocations.revoke_sessions(["ended"])
    clock.move(minutes=15, seconds=4)
    with pytest.raises(ApiError):
        revocations.check(holder("ended"))


def test_a_new_process_knows_what_an_older_lifetime_revoked(
    counted: Counted, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S58: tokens of an hour were revoked; now they live five minutes, the old ones are dead."""
    store = RevocationStore(counted)
    SyncedRevocations(store, clock, timedelta(hours=1), PATIENCE).revoke_sessions(["ended"])
    clock.move(minutes=10)
    fresh = SyncedRevocations(store, clock, timedelta(minutes=5), PATIENCE)
    with pytest.raises(ApiError):
        fresh.check(holder("ended"))


def test_a_write_that_took_its_time_is_not_missed(
    revocations: SyncedRevocations,
    collections: Collections,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """S58: it says an earlier moment than the last look; the next look goes back far enough."""
    revocations.check(holder("late"))
    late = Revocation("session:late", clock() - timedelta(seconds=11), clock() + LIFETIME)
    RevocationStore(collections).add([late])
    clock.move(seconds=1)
    with pytest.raises(ApiError):
        revocations.check(holder("late"))


def test_a_dead_database_is_waited_for_once(
    counted: Counted, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S74: of many requests that wait for the same look, one finds out for all."""
    cold = SyncedRevocations(RevocationStore(counted), clock, LIFETIME, PATIENCE)
    counted.away, counted.gate = True, Barrier(2)
    with ThreadPoolExecutor(8) as crowd:
        checks = [crowd.submit(cold.check, holder("s1")) for _ in range(8)]
        until(lambda: counted.calls == 1)
        counted.gate.wait()
    assert all(isinstance(check.exception(), FAILURES) for check in checks)
    assert counted.calls < 8
