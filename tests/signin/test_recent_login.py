"""Step-up (RFC 9470): actions that are hard to undo need a recent login."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from authapi import create_app, recent_login_required, require_recent_login
from authapi.accounts.models import Change, User
from authapi.accounts.service import AccountService
from authapi.audit.service import AuditTrail
from authapi.core.errors import ApiError
from authapi.database import Collections
from authapi.settings import Settings
from authapi.signin.models import Reauthentication
from authapi.signin.step_up import StepUp
from authapi.tokens.models import FreshProof
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.signin.conftest import CHALLENGE, HERE, STALE, ask, blueprint, prove_again, stale_login
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.apps import served
from tests.support.claims import session_of
from tests.support.clock import MovedClock
from tests.support.forging import payload_of


def test_another_session_is_ended_by_a_recent_login_only(bank: Visitor, moved: MovedClock) -> None:
    """S120: The own session may be ended without."""
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
    """Contract 1: Endpoints of the first clients work with an old login."""
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
    """S120: The decorator takes `minutes`, and the challenge has seconds."""
    assert error_code(bank.send("DELETE", "/money")) == (401, "missing_token")
    name = bank.new_user()
    token = bank.log_in(name)["access_token"]
    assert ask(bank, "DELETE", "/money", token).json() == {"of": name}
    moved.move(minutes=2.6)
    answer = ask(bank, "DELETE", "/money", token)
    assert error_code(answer) == STALE
    assert answer.headers["WWW-Authenticate"] == CHALLENGE.format(150)


def test_one_factor_is_not_two(bank: Visitor) -> None:
    """S120: The challenge says that two factors are needed."""
    answer = ask(bank, "GET", "/vault", bank.log_in()["access_token"])
    assert error_code(answer) == STALE
    assert answer.json()["acr_values"] == "aal2"
    expected = CHALLENGE.format(600) + ', acr_values="aal2"'
    assert answer.headers["WWW-Authenticate"] == expected


def test_two_factors_are_enough(settings: Settings) -> None:
    """S120: A token with both is accepted."""
    app = create_app(settings)
    app.register_blueprint(blueprint)
    tokens = services_of(app)[TokenService]
    proof = FreshProof(("pwd", "otp"), "aal2")
    token = tokens.issue_access(session_of("Ann"), proof=proof).access_token
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/vault", headers=headers).get_json() == {"of": "Ann"}


@pytest.mark.parametrize("minutes", [0, -1, 0.001, float("nan"), float("inf")])
def test_no_view_asks_for_what_no_login_can_be(minutes: float) -> None:
    """The decorator raises when the view is defined."""
    with pytest.raises(ValueError, match="above 0"):
        recent_login_required(minutes=minutes)
    with pytest.raises(ValueError, match="above 0"):
        require_recent_login(minutes=minutes)


def test_how_recent_is_a_setting(settings: Settings) -> None:
    """`RECENT_LOGIN_MINUTES` is the default of the decorator."""
    clock = MovedClock()
    with served(replace(settings, recent_login_minutes=2), clock) as visitor:
        token = visitor.log_in()["access_token"]
        clock.move(minutes=3)
        answer = ask(visitor, "GET", "/me/export", token)
        assert error_code(answer) == STALE
        assert answer.json()["max_age"] == 120


def test_a_request_may_send_the_password_instead(app: Flask, clock: MovedClock) -> None:
    """S120: The password in the body is enough."""
    services = services_of(app)
    client = app.test_client()
    name = fresh_name()
    client.post("/register", json={"username": name, "password": PASSWORD})
    pair = client.post("/authenticate", json={"username": name, "password": PASSWORD}).get_json()
    identity = services[TokenService].verify_access(pair["access_token"])
    step_up = services[StepUp]
    assert step_up.prove_recently(identity, Reauthentication(), HERE).user.username == name
    clock.move(minutes=11)
    with pytest.raises(ApiError, match="recent login"):
        step_up.prove_recently(identity, Reauthentication(), HERE)
    with pytest.raises(ApiError, match="Invalid credentials"):
        step_up.prove_recently(identity, Reauthentication("not the password"), HERE)
    assert step_up.prove_recently(identity, Reauthentication(PASSWORD), HERE).user.username == name
    services[AuditTrail].flush()


def test_a_recent_login_of_ended_sessions_proves_nothing(app: Flask) -> None:
    """S58: The stored user is checked, even before the revocation is known."""
    services = services_of(app)
    client = app.test_client()
    name = fresh_name()
    client.post("/register", json={"username": name, "password": PASSWORD})
    pair = client.post("/authenticate", json={"username": name, "password": PASSWORD}).get_json()
    identity = services[TokenService].verify_access(pair["access_token"])
    client.post("/logout", json={"refresh_token": pair["refresh_token"], "everywhere": True})
    with pytest.raises(ApiError, match="Invalid token"):
        services[StepUp].prove_recently(identity, Reauthentication(), HERE)


@pytest.mark.parametrize("with_password", [False, True], ids=["token", "password and token"])
def test_what_a_token_proved_ends_with_all_sessions(
    app: Flask, visitor: Visitor, collections: Collections, *, with_password: bool
) -> None:
    """S58: A change during a logout everywhere is refused."""
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
    proof = services[StepUp].prove_recently(identity, Reauthentication(password), HERE)
    everywhere = {"refresh_token": tokens["refresh_token"], "everywhere": True}
    assert visitor.post("/logout", everywhere).status_code == 200
    tried = []

    def write(user: User) -> User | None:
        tried.append(user)
        return services[AccountService].begin_epoch(user, Change({"locale": "de"}))

    with pytest.raises(ApiError) as refused:
        services[StepUp].while_proven(proof, write)
    assert (refused.value.status, len(tried)) == (401, 1)
