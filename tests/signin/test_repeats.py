"""A login whose answer was lost is repeated with its Idempotency-Key (contract 7)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from functools import partial

import pytest

from authapi.core.client import UNKNOWN
from authapi.database import Collections
from authapi.sessions.models import Session
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.claims import session_of
from tests.support.clock import MovedClock
from tests.support.crowd import at_once
from tests.support.forging import payload_of


@pytest.fixture
def key() -> str:
    """A key that nobody used."""
    return secrets.token_urlsafe(24)


def log_in(visitor: Visitor, name: str, key: str, password: str = PASSWORD) -> dict[str, str]:
    """Log in with a key."""
    body = {"username": name, "password": password}
    answer = visitor.post("/authenticate", body, {"Idempotency-Key": key})
    pair: dict[str, str] = answer.json()
    return pair


def test_the_same_login_gets_the_same_session(visitor: Visitor, key: str) -> None:
    """Contract 7: The refresh token is the same, and there is one session."""
    name = visitor.new_user()
    pairs = [log_in(visitor, name, key) for _ in range(3)]
    assert len({pair["refresh_token"] for pair in pairs}) == 1
    headers = {"Authorization": f"Bearer {pairs[0]['access_token']}"}
    assert len(visitor.send("GET", "/sessions", headers=headers).json()["sessions"]) == 1


def test_a_login_that_is_stored_a_second_later_gets_the_same_token() -> None:
    """Contract 7: The stored session has the times of the issued token."""
    claims = session_of("Ann")
    stored = Session.begun(claims, UNKNOWN, claims.iat + timedelta(seconds=1))
    assert stored.claims(claims.sub, claims.roles) == claims


def test_many_at_once_get_the_same_session(visitor: Visitor, key: str) -> None:
    """Contract 7: None of them gets an error."""
    name = visitor.new_user()
    visitors = [Visitor(visitor.base_url) for _ in range(8)]
    pairs = at_once([partial(log_in, each, name, key) for each in visitors])
    assert len({pair["refresh_token"] for pair in pairs}) == 1


def test_a_pair_that_was_used_is_not_given_again(visitor: Visitor, key: str) -> None:
    """Contract 7: After its refresh the same key opens another session."""
    name = visitor.new_user()
    first = log_in(visitor, name, key)
    second = visitor.refresh(first["refresh_token"]).json()
    again = log_in(visitor, name, key)
    assert payload_of(again["refresh_token"])["sid"] != payload_of(first["refresh_token"])["sid"]
    assert visitor.refresh(second["refresh_token"]).status_code == 200


def test_a_key_alone_is_worth_nothing(visitor: Visitor, key: str) -> None:
    """Contract 7: Another password or another user opens nothing of it."""
    name, other = visitor.new_user(), visitor.new_user()
    mine = log_in(visitor, name, key)
    body = {"username": name, "password": "a wrong one"}
    answer = visitor.post("/authenticate", body, {"Idempotency-Key": key})
    assert error_code(answer) == (401, "invalid_credentials")
    theirs = log_in(visitor, other, key)
    assert theirs["refresh_token"] != mine["refresh_token"]


def test_no_session_outlives_an_end_of_all_by_its_key(visitor: Visitor, key: str) -> None:
    """S58: After a logout everywhere the same key opens a new session."""
    name = visitor.new_user()
    before = log_in(visitor, name, key)
    visitor.post("/logout", {"refresh_token": before["refresh_token"], "everywhere": True})
    after = log_in(visitor, name, key)
    assert after["refresh_token"] != before["refresh_token"]
    assert visitor.protected(after["access_token"]).status_code == 200


@pytest.mark.parametrize("bad", ["short", "x" * 129, "with a space in it"])
def test_a_key_that_is_none_is_refused(visitor: Visitor, bad: str) -> None:
    """S17: It is refused before the password is checked."""
    body = {"username": "ann", "password": PASSWORD}
    answer = visitor.post("/authenticate", body, {"Idempotency-Key": bad})
    assert error_code(answer) == (422, "validation_error")


def test_a_key_brings_no_session_back_that_was_logged_out(visitor: Visitor, key: str) -> None:
    """S58: The new login has other tokens, and the old ones stay refused."""
    name = visitor.new_user()
    before = log_in(visitor, name, key)
    visitor.log_out(before["refresh_token"])
    after = log_in(visitor, name, key)
    assert visitor.protected(after["access_token"]).status_code == 200
    assert visitor.refresh(before["refresh_token"]).status_code == 400
    assert visitor.refresh(after["refresh_token"]).status_code == 200


def test_the_same_id_later_is_another_session(
    visitor: Visitor, key: str, collections: Collections, clock: MovedClock
) -> None:
    """S58: An old refresh token of the same session id is refused."""
    name = visitor.new_user()
    before = log_in(visitor, name, key)
    visitor.log_out(before["refresh_token"])
    collections["revocations"].delete_many({})
    clock.move(minutes=20)
    after = log_in(visitor, name, key)
    assert error_code(visitor.refresh(before["refresh_token"])) == (400, "invalid_refresh_token")
    assert visitor.refresh(after["refresh_token"]).status_code == 200
