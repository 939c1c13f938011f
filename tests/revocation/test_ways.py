"""The three ways to check for revocations, and what each does while the database is away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from authapi.core.errors import ApiError
from authapi.core.identity import Identity
from authapi.database import Collections
from authapi.revocation.models import EpochFloor, Revocation
from authapi.revocation.service import Revocations
from authapi.revocation.store import RevocationStore
from authapi.settings import Settings
from tests.revocation.conftest import LIFETIME, Counted, lasting, serving
from tests.support.actors import error_code
from tests.support.clock import MovedClock


def test_a_process_goes_on_with_its_copy_while_the_database_is_away(
    revocations: Revocations,
    counted: Counted,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """What it knew to be revoked stays refused; what it knew to be good stays good, for a while."""
    revocations.revoke_session("ended")
    revocations.check(holder("living"))
    counted.away = True
    clock.move(seconds=20)
    revocations.check(holder("living"))
    with pytest.raises(ApiError):
        revocations.check(holder("ended"))


def test_after_a_while_without_the_database_a_process_refuses_to_guess(
    revocations: Revocations,
    counted: Counted,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """S74: the failure itself is passed on, a 503; the while counts from the loss."""
    revocations.check(holder("living"))
    counted.away = True
    clock.move(minutes=10)  # nobody came, so nobody noticed
    revocations.check(holder("living"))
    clock.move(seconds=29)
    revocations.check(holder("living"))
    clock.move(seconds=1)
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
    revocations: Revocations, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S58: another server, five seconds ahead, issued a token that ends five seconds later."""
    revocations.revoke_session("ended")
    clock.move(minutes=15, seconds=4)
    with pytest.raises(ApiError):
        revocations.check(holder("ended"))


def test_a_new_process_knows_what_an_older_lifetime_revoked(
    counted: Counted, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S58: tokens of an hour were revoked; now they live five minutes, the old ones are dead."""
    store = RevocationStore(counted)
    Revocations(store, lasting(60), clock).revoke_session("ended")
    clock.move(minutes=10)
    fresh = Revocations(store, lasting(5), clock)
    with pytest.raises(ApiError):
        fresh.check(holder("ended"))


def test_a_write_that_took_its_time_is_not_missed(
    revocations: Revocations,
    collections: Collections,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """S58: it says an earlier moment than what was read; the next read goes back far enough."""
    revocations.revoke_session("another")
    revocations.check(holder("late"))
    store = RevocationStore(collections)
    store.add(Revocation("late", clock() + LIFETIME))
    collections["revocations"].update_one(
        {"_id": "session:late"}, {"$set": {"revoked_at": clock() - timedelta(seconds=9)}}
    )
    clock.move(seconds=1)
    with pytest.raises(ApiError):
        revocations.check(holder("late"))


def test_a_floor_is_read_from_the_users_and_forgotten_when_it_is_settled(
    revocations: Revocations, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S124: tokens of an earlier epoch are void as long as the user says so."""
    floors = [EpochFloor("u1", 3, clock())]
    revocations.read_epochs_from(lambda moment: floors)
    with pytest.raises(ApiError):
        revocations.check(holder("s1"))
    assert revocations.epoch_floor("u1") == 3
    revocations.check(replace(holder("s1"), epoch=3))
    floors.clear()
    clock.move(minutes=2)
    revocations.check(holder("s1"))
