"""Concurrent uses of one refresh token."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

import pytest
import requests

from authapi.database import Collections
from tests.races.conftest import Crowd, Request
from tests.support.actors import Visitor, error_code

CROWD = 32
ROUNDS = 5
NewSession = Callable[[], tuple[str, str]]


def refresh(token: str, key: str | None = None) -> Request:
    return partial(Visitor.refresh, refresh_token=token, key=key)


def successors(answers: list[requests.Response]) -> set[str]:
    """Return the different refresh tokens of the answers; all others must be refusals."""
    refused = [answer for answer in answers if answer.status_code != 200]
    assert {error_code(answer) for answer in refused} <= {(400, "invalid_refresh_token")}
    return {answer.json()["refresh_token"] for answer in answers if answer not in refused}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_token_has_one_successor_at_most(
    crowd: Crowd, member: Visitor, new_session: NewSession, _round: int
) -> None:
    """S52: Of 32 uses without a key at most one succeeds, and the session ends."""
    _, token = new_session()
    given = successors(crowd.all_do(*[refresh(token)] * CROWD))
    assert len(given) == 1
    for dead in (token, *given):
        assert error_code(member.refresh(dead)) == (400, "invalid_refresh_token")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_with_one_key_all_get_the_same_successor(
    crowd: Crowd, member: Visitor, new_session: NewSession, _round: int
) -> None:
    """S53: All 32 get the same token, and the session lives."""
    _, token = new_session()
    key = secrets.token_urlsafe(24)
    answers = crowd.all_do(*[refresh(token, key)] * CROWD)
    assert {answer.status_code for answer in answers} == {200}
    (successor,) = successors(answers)
    assert member.refresh(successor).status_code == 200


def test_many_keys_have_one_successor_at_most(
    crowd: Crowd, collections: Collections, new_session: NewSession
) -> None:
    """S52: 32 keys are 32 requests: at most one succeeds, and the session ends."""
    session, token = new_session()
    keys = [secrets.token_urlsafe(24) for _ in range(CROWD)]
    given = successors(crowd.all_do(*[refresh(token, key) for key in keys]))
    assert len(given) == 1
    assert collections["sessions"].find_one({"_id": session}) is None


def test_a_token_and_its_successor_at_once_never_fork(
    crowd: Crowd, collections: Collections, new_session: NewSession
) -> None:
    """S51: Afterwards the session is over."""
    session, old = new_session()
    (new,) = successors(crowd.all_do(refresh(old)))
    successors(crowd.all_do(*[refresh(old), refresh(new)] * 8))
    assert collections["sessions"].find_one({"_id": session}) is None
