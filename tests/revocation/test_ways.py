"""The three settings of `REVOCATION`, with and without the database."""

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
    """Known revocations hold, and other tokens work for a while."""
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
    """S74: Then requests get a 503."""
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
    """S58: An access token of a missing session is refused."""
    with serving(settings, revocation="strict") as visitor:
        token = visitor.log_in()["access_token"]
        assert visitor.protected(token).status_code == 200
        collections["sessions"].delete_many({})
        assert error_code(visitor.protected(token)) == (401, "invalid_token")


def test_off_leaves_access_tokens_to_expire(settings: Settings) -> None:
    """With `off` they work until they expire."""
    with serving(settings, revocation="off") as visitor:
        tokens = visitor.log_in()
        visitor.log_out(tokens["refresh_token"])
        assert visitor.protected(tokens["access_token"]).status_code == 200
        assert visitor.refresh(tokens["refresh_token"]).status_code == 400


def test_a_revocation_outlives_tokens_of_a_clock_that_runs_ahead(
    revocations: Revocations, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S58: Tokens issued by a server five seconds ahead are refused as well."""
    revocations.revoke_session("ended")
    clock.move(minutes=15, seconds=4)
    with pytest.raises(ApiError):
        revocations.check(holder("ended"))


def test_a_clock_that_was_ahead_and_was_put_right_revives_no_token(
    revocations: Revocations,
    collections: Collections,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """S58: What expired early by that clock is read again."""
    revocations.revoke_session("ended")
    minute_ago = clock() - timedelta(minutes=1)
    collections["revocations"].update_one({}, {"$set": {"revoked_at": minute_ago}})
    revocations.revoke_session("later")
    identity = holder("ended")
    for minutes in (0, 20, -20):
        clock.move(minutes=minutes)
        revocations.check(holder("living"))
    with pytest.raises(ApiError):
        revocations.check(identity)


def test_a_new_process_knows_what_an_older_lifetime_revoked(
    counted: Counted, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S58: Revoked tokens with a longer lifetime than today's are refused."""
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
    """S58: The next read goes back far enough for a late write."""
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
    """S124: Tokens of an earlier epoch are refused as long as the user is marked."""
    floors = [EpochFloor("u1", 3, clock())]
    revocations.read_epochs_from(lambda moment: floors)
    with pytest.raises(ApiError):
        revocations.check(holder("s1"))
    assert revocations.epoch_floor("u1") == 3
    revocations.check(replace(holder("s1"), epoch=3))
    floors.clear()
    clock.move(minutes=2)
    revocations.check(holder("s1"))
