"""Failures and concurrent changes during requests about an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from pymongo.errors import AutoReconnect

from authapi.accounts.service import AccountService
from authapi.core.client import UNKNOWN
from authapi.core.errors import ApiError
from authapi.core.services import Subject
from authapi.database import Collections, Database
from authapi.limits.attempts import CountedAttempt
from authapi.limits.service import Limits
from authapi.profile.sweep import Sweep
from authapi.sessions.ending import SessionEnding
from authapi.sessions.renewing import SessionRenewal
from authapi.sessions.service import SessionService
from authapi.signin.proving import PasswordProof
from authapi.signin.step_up import StepUp
from tests.conftest import services_of
from tests.profile.test_profile import NEW, bearer, change_password, delete
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

DEAD = (401, "invalid_token")


def fail_once(monkeypatch: pytest.MonkeyPatch, owner: object, method: str) -> None:
    """Make one call of a method raise a database error."""
    real: Callable[..., object] = getattr(owner, method)

    def failing(*args: object, **named: object) -> object:
        monkeypatch.setattr(owner, method, real)
        raise AutoReconnect("away")

    monkeypatch.setattr(owner, method, failing)


def test_a_deletion_cut_short_has_happened(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S124: The answer is a success once the user is gone; the sweep removes the rest."""
    name = visitor.new_user()
    mine, other = visitor.log_in(name), visitor.log_in(name)
    fail_once(monkeypatch, services_of(app)[SessionService], "erase")
    assert delete(visitor, mine).status_code == 200
    assert visitor.authenticate(name).status_code == 401
    for tokens in (mine, other):
        assert error_code(visitor.protected(tokens["access_token"])) == DEAD
        assert visitor.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("method", ["_renew", "clear_void"])
def test_a_password_change_cut_short_has_happened(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """S124: It is not a 503, and the other sessions have ended."""
    name = visitor.new_user()
    mine, other = visitor.log_in(name), visitor.log_in(name)
    owner = SessionRenewal if method == "_renew" else SessionEnding
    fail_once(monkeypatch, services_of(app)[owner], method)
    assert change_password(visitor, mine).status_code == 200
    assert visitor.refresh(other["refresh_token"]).status_code == 400
    assert error_code(visitor.protected(other["access_token"])) == DEAD
    assert visitor.authenticate(name, NEW).status_code == 200


def test_a_session_that_ended_without_being_removed_cannot_log_out_everywhere(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S124: A thief's void refresh token does not end the owner's session."""
    name = visitor.new_user()
    mine, other = visitor.log_in(name), visitor.log_in(name)
    fail_once(monkeypatch, services_of(app)[SessionEnding], "clear_void")
    assert change_password(visitor, mine).status_code == 200
    body = {"refresh_token": other["refresh_token"], "everywhere": True}
    assert error_code(visitor.post("/logout", body)) == (400, "invalid_refresh_token")
    assert visitor.refresh(mine["refresh_token"]).status_code == 200


def test_a_password_that_was_changed_meanwhile_changes_nothing(
    app: Flask, visitor: Visitor
) -> None:
    """S60: A request verified with the old password is refused."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    step_up, accounts = services_of(app)[StepUp], services_of(app)[AccountService]
    late, _ = services_of(app)[PasswordProof].check(name, PASSWORD, UNKNOWN)
    assert change_password(visitor, tokens).status_code == 200
    with pytest.raises(ApiError, match="Invalid credentials"):
        step_up.while_proven(late, lambda user: accounts.change_password(user, "a thief's own"))
    with pytest.raises(ApiError, match="Invalid credentials"):
        step_up.while_proven(late, accounts.delete)
    assert visitor.authenticate(name, NEW).status_code == 200


def test_a_token_speaks_for_its_user_and_not_for_the_name(
    visitor: Visitor, collections: Collections
) -> None:
    """S41: It shows nothing of a later user with the same name."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    collections["users"].delete_one({"name_key": name})
    assert visitor.register(name).status_code == 200
    for path in ("/me", "/me/export"):
        answer = visitor.send("GET", path, headers=bearer(tokens))
        assert error_code(answer) == (404, "not_found")
    assert error_code(delete(visitor, tokens)) == DEAD
    assert error_code(change_password(visitor, tokens)) == DEAD
    assert visitor.authenticate(name).status_code == 200


def test_many_sessions_are_ended_in_several_commands(visitor: Visitor) -> None:
    """S58: All of them end."""
    name = visitor.new_user()
    tokens = [visitor.log_in(name) for _ in range(5)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("authapi.sessions.ending._AT_ONCE", 2)
        body = {"refresh_token": tokens[0]["refresh_token"], "everywhere": True}
        assert visitor.post("/logout", body).status_code == 200
    assert {visitor.refresh(pair["refresh_token"]).status_code for pair in tokens} == {400}


def test_a_login_cut_short_leaves_no_session(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S74: A login answered with a 503 stores no session."""
    name = visitor.new_user()
    fail_once(monkeypatch, CountedAttempt, "confirm")
    assert error_code(visitor.authenticate(name)) == (503, "service_unavailable")
    tokens = visitor.log_in(name)
    sessions = visitor.send("GET", "/sessions", headers=bearer(tokens)).json()["sessions"]
    assert len(sessions) == 1


def test_a_login_that_ends_with_the_deletion_leaves_no_known_place(
    app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, clock: MovedClock
) -> None:
    """S24: A later user of the name has no known networks."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    services = services_of(app)
    erase = services[SessionService].erase

    def log_in_meanwhile(subject: Subject) -> None:
        services[Limits].password_attempt(name, UNKNOWN).confirm()
        erase(subject)

    monkeypatch.setattr(services[SessionService], "erase", log_in_meanwhile)
    assert delete(visitor, tokens).status_code == 200
    monkeypatch.undo()
    clock.move(minutes=17)
    while services[AccountService].ended_before(clock() - timedelta(minutes=16), 1):
        services[Sweep].run_once()
    assert services[Limits].streak(name).known == ()


def differ(app: Flask, clock: MovedClock, patch: pytest.MonkeyPatch, minutes: float) -> None:
    """Let the server's clock be ahead of the database's, or behind it."""
    server_time = services_of(app)[Database].server_time
    patch.setattr(server_time, "measure", lambda server_time: None)
    patch.setattr(server_time, "offset", timedelta(minutes=-minutes))
    clock.move(minutes=minutes)


def test_a_server_whose_clock_is_ahead_leaves_marks_to_the_others(
    app: Flask,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
    clock: MovedClock,
    collections: Collections,
) -> None:
    """S124: Without its user's mark a void access token would be good again."""
    name = visitor.new_user()
    user = services_of(app)[AccountService].get_user(name)
    differ(app, clock, monkeypatch, 20)
    services_of(app)[SessionEnding].end_all(user.id)
    services_of(app)[Sweep].run_once()
    assert "ended_at" in (collections["users"].find_one({"_id": user.id}) or {})


def test_a_server_whose_clock_is_behind_stores_no_revocation_that_is_over(
    visitor: Visitor,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    clock: MovedClock,
    collections: Collections,
) -> None:
    """S58: The database would remove it before every process has read it."""
    now = datetime.now(UTC)
    differ(app, clock, monkeypatch, -20)
    tokens = visitor.log_in()
    assert visitor.log_out(tokens["refresh_token"]).status_code == 200
    session_id = payload_of(tokens["access_token"])["sid"]
    stored = collections["revocations"].find_one({"_id": f"session:{session_id}"}) or {}
    assert stored["expires_at"] > now + timedelta(minutes=15)
