"""Concurrent writes on the real database, which mongomock cannot test."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from authapi.accounts.store import UserStore
from authapi.database import Collections
from authapi.sessions.store import SessionStore
from tests.stores.conftest import LATER, NOW, a_session, a_user
from tests.support.crowd import at_once

CROWD = 32
ROUNDS = 5


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_of_many_gets_a_name(collections: Collections, _round: int) -> None:
    """S13: Of 32 users added at once under one name one is stored."""
    store, name = UserStore(collections), a_user().name_key

    assert sum(at_once([lambda: store.add(a_user(name))] * CROWD)) == 1
    assert collections["users"].count_documents({"name_key": name}) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_of_many_rotates(collections: Collections, _round: int) -> None:
    """S52: Of 32 rotations of one generation at once one succeeds."""
    store, session = SessionStore(collections), a_session()
    store.add(session)
    rotate = [
        partial(
            store.rotate,
            session.id,
            0,
            at=NOW + timedelta(seconds=number),
            expires_at=LATER,
            refresh_key=str(number),
            began_at=session.created_at,
        )
        for number in range(CROWD)
    ]
    won = at_once(rotate)
    assert sum(won) == 1
    after = store.find_session(session.id)
    assert after is not None
    assert (after.generation, after.refresh_key) == (1, str(won.index(True)))


def test_one_of_many_ends_a_session(collections: Collections) -> None:
    """Of 32 who end one session at once one is told that it did."""
    store, session = SessionStore(collections), a_session()
    store.add(session)
    assert sum(at_once([partial(store.end_session, session.id)] * CROWD)) == 1
