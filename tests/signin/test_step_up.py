"""Step-up (RFC 9470): `/reauthenticate` confirms a login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from authapi.core.clock import utc_now
from authapi.database import Collections
from authapi.limits.rules import Rate
from authapi.revocation.cache import RevocationCache
from authapi.revocation.models import EVERYBODY, Revocation
from authapi.settings import Settings
from authapi.tokens.models import FreshProof
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.signin.conftest import CHALLENGE, STALE, ask, prove_again, stale_login
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.apps import served
from tests.support.claims import session_of
from tests.support.clock import MovedClock
from tests.support.forging import payload_of


def test_an_old_login_is_told_what_is_asked_for(bank: Visitor, moved: MovedClock) -> None:
    """S120: It is a 401 with the challenge of RFC 9470, 3, and a message."""
    tokens = stale_login(bank, moved)
    answer = ask(bank, "GET", "/me/export", tokens["access_token"])
    assert error_code(answer) == STALE
    assert answer.json()["max_age"] == 600
    assert "acr_values" not in answer.json()
    assert answer.headers["WWW-Authenticate"] == CHALLENGE.format(600)
    assert "/reauthenticate" in answer.json()["message"]


def test_the_password_makes_a_login_recent(bank: Visitor, moved: MovedClock) -> None:
    """S120: The new access token is of the same session; the refresh token stays."""
    tokens = stale_login(bank, moved)
    answer = prove_again(bank, tokens["access_token"])
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"status", "access_token", "expires_in", "token_type"}
    before, after = payload_of(tokens["access_token"]), payload_of(body["access_token"])
    assert after["auth_time"] - before["auth_time"] >= 12 * 60
    assert after["session_start"] == before["auth_time"]
    assert {**after, "sid": before["sid"], "uid": before["uid"]} == after
    assert ask(bank, "GET", "/me/export", body["access_token"]).status_code == 200
    assert bank.refresh(tokens["refresh_token"]).status_code == 200


def test_a_refresh_makes_no_login_younger(bank: Visitor, moved: MovedClock) -> None:
    """S120: Its token has the time of the login."""
    tokens = stale_login(bank, moved)
    assert prove_again(bank, tokens["access_token"]).status_code == 200
    for _ in range(2):
        tokens = bank.refresh(tokens["refresh_token"]).json()
        assert error_code(ask(bank, "GET", "/me/export", tokens["access_token"])) == STALE


def test_a_proof_grows_old_as_a_login_does(bank: Visitor, moved: MovedClock) -> None:
    """S120: It expires to the second, before the token."""
    token = prove_again(bank, stale_login(bank, moved)["access_token"]).json()["access_token"]
    moved.move(minutes=9)
    assert ask(bank, "GET", "/me/export", token).status_code == 200
    moved.move(seconds=61)
    assert error_code(ask(bank, "GET", "/me/export", token)) == STALE
    assert bank.protected(token).status_code == 200


def test_a_wrong_password_is_a_failed_login(settings: Settings) -> None:
    """S22: It is recorded and counted; beyond the limit the right one waits."""
    two_guesses = replace(settings, limit_login_failures=Rate.parse("2/hour"))
    with served(two_guesses) as visitor:
        token = visitor.log_in()["access_token"]
        for _ in range(2):
            answer = prove_again(visitor, token, "not the password")
            assert error_code(answer) == (401, "invalid_credentials")
        answer = prove_again(visitor, token)
        assert error_code(answer) == (429, "rate_limited")
        assert int(answer.headers["Retry-After"]) > 0


def test_whoever_has_no_token_proves_nothing(bank: Visitor) -> None:
    """S43: An access token is needed as well."""
    answer = bank.post("/reauthenticate", {"password": PASSWORD})
    assert error_code(answer) == (401, "missing_token")
    refresh_token = bank.log_in()["refresh_token"]
    assert error_code(prove_again(bank, refresh_token)) == (401, "invalid_token")


@pytest.mark.parametrize("body", [{}, {"password": ""}, {"password": 7}, {"password": "x" * 5000}])
def test_what_is_no_password_is_refused(bank: Visitor, body: dict[str, object]) -> None:
    """S17: A wrong type is a 422, and not counted."""
    headers = {"Authorization": f"Bearer {bank.log_in()['access_token']}"}
    answer = bank.post("/reauthenticate", body, headers)
    assert error_code(answer) == (422, "validation_error")
    assert list(answer.json()["errors"]) == ["password"]


def test_a_session_that_ended_is_not_taken_up_again(bank: Visitor) -> None:
    """S58: The password does not restore it."""
    tokens = bank.log_in()
    bank.log_out(tokens["refresh_token"])
    assert error_code(prove_again(bank, tokens["access_token"])) == (401, "invalid_token")


def gone(stored: Collections, session_id: str, user_id: str) -> None:
    stored["sessions"].delete_one({"_id": session_id})


def expired(stored: Collections, session_id: str, user_id: str) -> None:
    an_hour_ago = utc_now() - timedelta(hours=1)
    stored["sessions"].update_one({"_id": session_id}, {"$set": {"expires_at": an_hour_ago}})


def of_an_old_epoch(stored: Collections, session_id: str, user_id: str) -> None:
    stored["users"].update_one({"_id": user_id}, {"$inc": {"epoch": 1}})


@pytest.mark.parametrize("state", [gone, expired, of_an_old_epoch])
def test_a_session_that_is_over_gets_no_new_token(
    visitor: Visitor, collections: Collections, state: Callable[[Collections, str, str], None]
) -> None:
    """S58: The session in the database is checked."""
    token = visitor.log_in()["access_token"]
    claims = payload_of(token)
    state(collections, claims["sid"], claims["uid"])
    assert error_code(prove_again(visitor, token)) == (401, "invalid_token")


def test_a_proof_after_the_end_of_all_sessions_saves_none(app: Flask) -> None:
    """S124: A token of an earlier session is refused."""
    tokens = services_of(app)[TokenService]
    began = session_of("ann")
    early = replace(began, auth_time=began.auth_time - timedelta(hours=2))
    token = tokens.issue_access(early, proof=FreshProof(("pwd",), "aal1")).access_token
    cache, ended_at = RevocationCache(), began.auth_time - timedelta(hours=1)
    cache.add_sessions([Revocation(EVERYBODY, began.exp, ended_at)])
    identity = tokens.verify_access(token)
    assert identity.authenticated_at > ended_at
    assert cache.is_void(identity)
