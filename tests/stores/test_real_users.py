"""The users' store on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from authapi.accounts.models import Change, EndedUser
from authapi.accounts.store import UserStore
from authapi.database import Collections
from tests.stores.conftest import a_user

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def users(collections: Collections) -> UserStore:
    """The store on the real database."""
    return UserStore(collections)


def test_whose_sessions_ended_is_found_by_the_databases_clock(users: UserStore) -> None:
    """S124: The user has the epoch until the mark is removed."""
    user = a_user()
    users.add(user)
    users.begin_epoch(user, Change(), {})
    (floor,) = (found for found in users.ended_since(LONG_AGO) if found.user_id == user.id)
    assert floor.epoch == 1
    assert floor.ended_at is not None
    assert floor in users.ended_since(floor.ended_at)
    users.clear_ended(EndedUser(user.id, user.name_key, 1, deleted=False), await_notices=True)
    assert user.id not in {found.user_id for found in users.ended_since(LONG_AGO)}


def test_an_end_that_came_after_is_not_settled(users: UserStore) -> None:
    """S124: The sweep after one end leaves the mark of a later one."""
    user = a_user()
    users.add(user)
    users.begin_epoch(user, Change(), {})
    (found,) = (each for each in users.ended_before(FAR_AHEAD, 10_000) if each.id == user.id)
    current = users.find_user(user.name_key)
    assert current is not None
    users.begin_epoch(current, Change(), {})
    users.clear_ended(found, await_notices=True)
    assert {each.epoch for each in users.ended_since(None) if each.user_id == user.id} == {2}


def test_of_a_deleted_user_the_name_stays_until_all_is_settled(
    users: UserStore, collections: Collections
) -> None:
    """S134: Afterwards the name is free."""
    user = a_user()
    users.add(user)
    assert users.delete(user)
    left = collections["users"].find_one({"_id": user.id})
    assert left is not None
    assert set(left) == {"_id", "name_key", "epoch", "ended_at", "deleted"}
    assert users.find_user(user.name_key) is None
    assert not users.add(a_user(user.name_key))
    assert users.clear_ended(EndedUser(user.id, user.name_key, 1, deleted=True), await_notices=True)
    assert users.add(a_user(user.name_key))


def test_a_deleted_user_waits_for_last_mails_only_where_somebody_sends_them(
    users: UserStore, collections: Collections
) -> None:
    """Otherwise the name would never be free."""
    user = a_user()
    users.add(user)
    assert users.delete(user)
    collections["users"].update_one({"_id": user.id}, {"$set": {"notices": [{"kind": "deleted"}]}})
    gone = EndedUser(user.id, user.name_key, 1, deleted=True)
    assert not users.clear_ended(gone, await_notices=True)
    assert users.clear_ended(gone, await_notices=False)
    users.add(a_user(user.name_key))
