"""Step-up (RFC 9470): what is hard to undo asks for a recent login."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Blueprint, Flask

from authapi import create_app, current_identity, recent_login_required
from authapi.accounts.models import Change, User
from authapi.accounts.service import AccountService
from authapi.audit.service import AuditTrail
from authapi.core.client import Client
from authapi.core.clock import utc_now
from authapi.core.errors import ApiError
from authapi.database import Collections
from authapi.limits.rules import Rate
from authapi.revocation.cache import RevocationCache
from authapi.revocation.models import EVERYBODY, Revocation
from authapi.settings import Settings
from authapi.signin.service import SignIn
from authapi.signin.step_up import StepUp
from authapi.tokens.models import FreshProof
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.apps import served
from tests.support.claims import session_of
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

HERE = Client("127.0.0.1", "pytest")
STALE = (401, "insufficient_user_authentication")
CHALLENGE = 'Bearer error="insufficient_user_authentication", max_age="{}"'
blueprint = Blueprint("money", __name__)


@blueprint.route("/money", methods=["DELETE"])
@recent_login_required(minutes=2.5)
def spend() -> dict[str, str]:
    """Want a login of two minutes and a half."""
    return {"of": current_identity.username}


@blueprint.route("/vault")
@recent_login_required(second_factor=True)
def open_vault() -> dict[str, str]:
    """Want two factors."""
    return {"of": current_identity.username}


@pytest.fixture(scope="module")
def moved() -> MovedClock:
    """A clock of this file's own."""
    return MovedClock()


@pytest.fixture(scope="module")
def bank(settings: Settings, moved: MovedClock) -> Iterator[Visitor]:
    """A visitor of a service with these resources."""

    def prepare(app: Flask) -> None:
        app.register_blueprint(blueprint)

    with served(replace(settings, access_token_expire_minutes=60), moved, prepare) as visitor:
        yield visitor


def ask(visitor: Visitor, method: str, path: str, token: str) -> requests.Response:
    """Send a request with a token."""
    return visitor.send(method, path, headers={"Authorization": f"Bearer {token}"})


def prove_again(visitor: Visitor, token: str, password: str = PASSWORD) -> requests.Response:
    """Send the password to `/reauthenticate`."""
    headers = {"Authorization": f"Bearer {token}"}
    return visitor.post("/reauthenticate", {"password": password}, headers)


def stale_login(visitor: Visitor, clock: MovedClock) -> dict[str, Any]:
    """Log a new user in, and let twelve minutes pass."""
    tokens = visitor.log_in()
    clock.move(minutes=12)
    return tokens


def test_an_old_login_is_told_what_is_asked_for(bank: Visitor, moved: MovedClock) -> None:
    """S120: 401 as RFC 9470, 3 has it, in the header and in the body, and what to do in words."""
    tokens = stale_login(bank, moved)
    answer = ask(bank, "GET", "/me/export", tokens["access_token"])
    assert error_code(answer) == STALE
    assert answer.json()["max_age"] == 600
    assert "acr_values" not in answer.json()
    assert answer.headers["WWW-Authenticate"] == CHALLENGE.format(600)
    assert "/reauthenticate" in answer.json()["message"]


def test_the_password_makes_a_login_recent(bank: Visitor, moved: MovedClock) -> None:
    """S120: by an access token of the same session; the refresh token stays good."""
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
    """S120: neither that of an old login, nor that of one that was made recent."""
    tokens = stale_login(bank, moved)
    assert prove_again(bank, tokens["access_token"]).status_code == 200
    for _ in range(2):
        tokens = bank.refresh(tokens["refresh_token"]).json()
        assert error_code(ask(bank, "GET", "/me/export", tokens["access_token"])) == STALE


def test_a_proof_grows_old_as_a_login_does(bank: Visitor, moved: MovedClock) -> None:
    """S120: to the second, while the token lives on."""
    token = prove_again(bank, stale_login(bank, moved)["access_token"]).json()["access_token"]
    moved.move(minutes=9)
    assert ask(bank, "GET", "/me/export", token).status_code == 200
    moved.move(seconds=61)
    assert error_code(ask(bank, "GET", "/me/export", token)) == STALE
    assert bank.protected(token).status_code == 200


def test_a_wrong_password_is_a_failed_login(settings: Settings) -> None:
    """S22: it is refused, recorded, and counted as any other; afterwards the right one waits."""
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
    """S43: the endpoint wants both."""
    answer = bank.post("/reauthenticate", {"password": PASSWORD})
    assert error_code(answer) == (401, "missing_token")
    refresh_token = bank.log_in()["refresh_token"]
    assert error_code(prove_again(bank, refresh_token)) == (401, "invalid_token")


@pytest.mark.parametrize("body", [{}, {"password": ""}, {"password": 7}, {"password": "x" * 5000}])
def test_what_is_no_password_is_refused(bank: Visitor, body: dict[str, object]) -> None:
    """S17: in words, and not counted."""
    headers = {"Authorization": f"Bearer {bank.log_in()['access_token']}"}
    answer = bank.post("/reauthenticate", body, headers)
    assert error_code(answer) == (422, "validation_error")
    assert list(answer.json()["errors"]) == ["password"]


def test_a_session_that_ended_is_not_taken_up_again(bank: Visitor) -> None:
    """S58: the password alone does not bring it back."""
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
    """S58: as the database has it, also where no revocation tells of the end."""
    token = visitor.log_in()["access_token"]
    claims = payload_of(token)
    state(collections, claims["sid"], claims["uid"])
    assert error_code(prove_again(visitor, token)) == (401, "invalid_token")


def test_a_proof_after_the_end_of_all_sessions_saves_none(app: Flask) -> None:
    """S124: a token of a session that began before is void, also where its proof came after."""
    tokens = services_of(app)[TokenService]
    began = session_of("ann")
    early = replace(began, auth_time=began.auth_time - timedelta(hours=2))
    token, _ = tokens.issue_access(early, proof=FreshProof(("pwd",), "aal1"))
    cache, ended_at = RevocationCache(), began.auth_time - timedelta(hours=1)
    cache.add_sessions([Revocation(EVERYBODY, began.exp, ended_at)])
    identity = tokens.verify_access(token)
    assert identity.authenticated_at > ended_at
    assert cache.is_void(identity)


def test_another_session_is_ended_by_a_recent_login_only(bank: Visitor, moved: MovedClock) -> None:
    """S120: who has but an old access token does not throw the owner out; the own one ends."""
    name = bank.new_user()
    other = bank.log_in(name)
    mine = bank.log_in(name)
    moved.move(minutes=12)
    path = f"/sessions/{payload_of(other['access_token'])['sid']}"
    assert error_code(ask(bank, "DELETE", path, mine["access_token"])) == STALE
    assert bank.protected(other["access_token"]).status_code == 200
    fresh = prove_again(bank, mine["access_token"]).json()["access_token"]
    assert ask(bank, "DELETE", path, fresh).status_code == 200
    assert bank.refresh(other["refresh_token"]).status_code == 400
    own = f"/sessions/{payload_of(mine['access_token'])['sid']}"
    assert ask(bank, "DELETE", own, mine["access_token"]).status_code == 200
    assert bank.refresh(mine["refresh_token"]).status_code == 400


def test_what_contract_clients_use_asks_for_no_recent_login(
    bank: Visitor, moved: MovedClock
) -> None:
    """Contract 1: with an old login all goes on as before; the password is asked where it was."""
    tokens = stale_login(bank, moved)
    token = tokens["access_token"]
    for path in ("/protected", "/sessions", "/me", "/me/activity"):
        assert ask(bank, "GET", path, token).status_code == 200, path
    headers = {"Authorization": f"Bearer {token}"}
    new = {"current_password": PASSWORD, "new_password": "an entirely different password"}
    changed = bank.post("/password", new, headers).json()
    moved.move(minutes=12)
    headers = {"Authorization": f"Bearer {changed['access_token']}"}
    body = {"password": new["new_password"]}
    assert bank.send("DELETE", "/me", json=body, headers=headers).status_code == 200


def test_a_view_of_ones_own_says_how_recent(bank: Visitor, moved: MovedClock) -> None:
    """S120: `minutes` as the view has it, told in seconds; a token is asked for, too."""
    assert error_code(bank.send("DELETE", "/money")) == (401, "missing_token")
    name = bank.new_user()
    token = bank.log_in(name)["access_token"]
    assert ask(bank, "DELETE", "/money", token).json() == {"of": name}
    moved.move(minutes=2.6)
    answer = ask(bank, "DELETE", "/money", token)
    assert error_code(answer) == STALE
    assert answer.headers["WWW-Authenticate"] == CHALLENGE.format(150)


def test_one_factor_is_not_two(bank: Visitor) -> None:
    """S120: however recent; the challenge says what is missing."""
    answer = ask(bank, "GET", "/vault", bank.log_in()["access_token"])
    assert error_code(answer) == STALE
    assert answer.json()["acr_values"] == "aal2"
    expected = CHALLENGE.format(600) + ', acr_values="aal2"'
    assert answer.headers["WWW-Authenticate"] == expected


def test_two_factors_are_enough(settings: Settings) -> None:
    """S120: a token that tells of both opens the view."""
    app = create_app(settings)
    app.register_blueprint(blueprint)
    tokens = services_of(app)[TokenService]
    proof = FreshProof(("pwd", "otp"), "aal2")
    token, _ = tokens.issue_access(session_of("Ann"), proof=proof)
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/vault", headers=headers).get_json() == {"of": "Ann"}


@pytest.mark.parametrize("minutes", [0, -1, float("nan")])
def test_no_view_asks_for_what_no_login_can_be(minutes: float) -> None:
    """Said when the view is made, not when it is called."""
    with pytest.raises(ValueError, match="above 0"):
        recent_login_required(minutes=minutes)


def test_how_recent_is_a_setting(settings: Settings) -> None:
    """`RECENT_LOGIN_MINUTES` holds wherever a view does not say it."""
    clock = MovedClock()
    with served(replace(settings, recent_login_minutes=2), clock) as visitor:
        token = visitor.log_in()["access_token"]
        clock.move(minutes=3)
        answer = ask(visitor, "GET", "/me/export", token)
        assert error_code(answer) == STALE
        assert answer.json()["max_age"] == 120


def test_a_request_may_send_the_password_instead(app: Flask, clock: MovedClock) -> None:
    """S120: a recent login or the password in the body, so that one call is enough."""
    services = services_of(app)
    client = app.test_client()
    name = fresh_name()
    client.post("/register", json={"username": name, "password": PASSWORD})
    pair = client.post("/authenticate", json={"username": name, "password": PASSWORD}).get_json()
    identity = services[TokenService].verify_access(pair["access_token"])
    step_up = services[StepUp]
    assert step_up.prove_recently(identity, None, HERE).user.username == name
    clock.move(minutes=11)
    with pytest.raises(ApiError, match="recent login"):
        step_up.prove_recently(identity, None, HERE)
    with pytest.raises(ApiError, match="Invalid credentials"):
        step_up.prove_recently(identity, "not the password", HERE)
    assert step_up.prove_recently(identity, PASSWORD, HERE).user.username == name
    services[AuditTrail].flush()


def test_a_recent_login_of_ended_sessions_proves_nothing(app: Flask) -> None:
    """S58: the user as stored decides, before any other process has told of the end."""
    services = services_of(app)
    client = app.test_client()
    name = fresh_name()
    client.post("/register", json={"username": name, "password": PASSWORD})
    pair = client.post("/authenticate", json={"username": name, "password": PASSWORD}).get_json()
    identity = services[TokenService].verify_access(pair["access_token"])
    client.post("/logout", json={"refresh_token": pair["refresh_token"], "everywhere": True})
    with pytest.raises(ApiError, match="Invalid token"):
        services[StepUp].prove_recently(identity, None, HERE)


@pytest.mark.parametrize("with_password", [False, True], ids=["token", "password and token"])
def test_what_a_token_proved_ends_with_all_sessions(
    app: Flask, visitor: Visitor, collections: Collections, *, with_password: bool
) -> None:
    """S58: a logout everywhere meanwhile, and the change is refused: its session would live on."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    services = services_of(app)
    identity = services[TokenService].verify_access(tokens["access_token"])
    if with_password:  # the second step, which the token tells of, is spared
        identity = replace(identity, assurance="aal2")
        collections["users"].update_one(
            {"_id": identity.user_id}, {"$set": {"second_factor": True}}
        )
    password = PASSWORD if with_password else None
    proof = services[StepUp].prove_recently(identity, password, HERE)
    everywhere = {"refresh_token": tokens["refresh_token"], "everywhere": True}
    assert visitor.post("/logout", everywhere).status_code == 200
    tried = []

    def write(user: User) -> User | None:
        tried.append(user)
        return services[AccountService].begin_epoch(user, Change({"locale": "de"}))

    with pytest.raises(ApiError) as refused:
        services[SignIn].while_proven(proof, write)
    assert (refused.value.status, len(tried)) == (401, 1)
