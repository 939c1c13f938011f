"""A logout races a refresh."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from authapi.database import Collections
from tests.races.conftest import Crowd
from tests.support.actors import Visitor, error_code

ROUNDS = 100
"""Against threads, and as many against processes: 200 in all."""


def test_a_logout_wins_whenever_it_comes(
    crowd: Crowd,
    member: Visitor,
    collections: Collections,
    new_session: Callable[[], tuple[str, str]],
) -> None:
    """S55: In 200 rounds with a concurrent refresh no session survives."""
    for _ in range(ROUNDS):
        session, token = new_session()
        left, renewed = crowd.all_do(
            partial(Visitor.log_out, refresh_token=token),
            partial(Visitor.refresh, refresh_token=token),
        )
        assert left.status_code == 200
        assert renewed.status_code in (200, 400)
        assert collections["sessions"].find_one({"_id": session}) is None
        latest = renewed.json().get("refresh_token", token)
        assert error_code(member.refresh(latest)) == (400, "invalid_refresh_token")
