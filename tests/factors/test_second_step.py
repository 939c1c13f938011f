"""The second step of a login."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from authapi.audit.service import AuditTrail
from authapi.core.client import Client
from authapi.core.errors import ApiError
from authapi.core.identity import AAL2
from authapi.database import Collections
from authapi.limits.service import Limits
from authapi.settings import Settings
from authapi.signin.proving import PasswordProof
from authapi.signin.service import SignIn
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.apps import served
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

ASKED = (401, "second_factor_required")
WRONG = (401, "invalid_code")
VOID = (401, "invalid_token")
KEY = "a-key-of-this-client-alone"
HERE = Client("127.0.0.1", "pytest")


def test_the_right_password_alone_opens_nothing(
    app: Flask, owner: Owner, collections: Collections
) -> None:
    """S102: It gives no token, no session and no known network, and ends no streak."""
    limits, sessions = services_of(app)[Limits], collections["sessions"]
    owner.visitor.authenticate(owner.name, "wrong password")
    before = limits.streak(owner.name)
    count = sessions.count_documents({})
    answer = owner.first_step()
    assert error_code(answer) == ASKED
    assert answer.json().keys() - {"status", "code", "message"} == {
        "mfa_token",
        "expires_in",
        "factors",
    }
    assert answer.json()["factors"] == ["totp", "recovery_code"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert (limits.streak(owner.name), sessions.count_documents({})) == (before, count)
    services_of(app)[AuditTrail].flush()


def test_the_second_step_opens_the_session(owner: Owner) -> None:
    """The tokens name both factors (RFC 8176), also after a refresh."""
    answer = owner.second_step(owner.next_code())
    assert answer.status_code == 200
    tokens = answer.json()
    for pair in (tokens, owner.visitor.refresh(tokens["refresh_token"]).json()):
        claims = payload_of(pair["access_token"])
        assert (claims["amr"], claims["acr"]) == (["pwd", "otp"], "aal2")
    assert owner.visitor.protected(tokens["access_token"]).status_code == 200


def test_a_code_is_good_once(owner: Owner) -> None:
    """S104: It is used up by each of the ways to send it."""
    code = owner.next_code()
    assert owner.log_in(code).status_code == 200
    assert error_code(owner.log_in(code)) == WRONG
    assert error_code(owner.second_step(code)) == WRONG
    assert error_code(owner.first_step(f"{PASSWORD},{code}")) == WRONG


def test_no_code_of_before_is_good_after_a_later_one(owner: Owner) -> None:
    """S104: The time step decides, not the digits."""
    owner.clock.move(minutes=5)
    assert owner.log_in(owner.code(1)).status_code == 200
    assert error_code(owner.log_in(owner.code())) == WRONG
    assert error_code(owner.log_in(owner.code(-1))) == WRONG


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_device_may_be_one_step_off(owner: Owner, steps: int, good: bool) -> None:
    """S104: The server's clock decides."""
    owner.clock.move(minutes=5)
    owner.clock.move(seconds=15 - owner.clock().timestamp() % 30)  # the middle of a step
    assert (owner.log_in(owner.code(steps)).status_code == 200) is good


def test_a_recovery_code_is_good_once(owner: Owner) -> None:
    """S108: It may be typed in any form; the answer tells how many are left."""
    first, second = owner.recovery[:2]
    answer = owner.log_in(first.lower().replace("-", " "))
    assert answer.json()["recovery_codes_left"] == 7
    assert error_code(owner.log_in(first)) == WRONG
    assert owner.second_step(second).json()["recovery_codes_left"] == 6
    forged = first[:-1] + ("0" if first[-1] != "0" else "1")
    assert error_code(owner.log_in(forged)) == WRONG


def test_the_first_step_is_good_for_five_minutes(owner: Owner) -> None:
    """Afterwards the password is needed again."""
    token = owner.mfa_token()
    owner.clock.move(minutes=5)
    late = owner.second_step(owner.code(), token)
    assert error_code(late) == VOID
    assert late.headers["WWW-Authenticate"].startswith("Bearer")


def test_what_ends_all_sessions_ends_a_login_under_way(owner: Owner) -> None:
    """S107: Its `mfa_token` belongs to an earlier epoch."""
    token = owner.mfa_token()
    body = {"refresh_token": owner.tokens["refresh_token"], "everywhere": True}
    assert owner.visitor.post("/logout", body).status_code == 200
    assert error_code(owner.second_step(owner.next_code(), token)) == VOID


def test_no_other_token_is_a_first_step(owner: Owner) -> None:
    """S37: Each kind of token has its own key."""
    for token in (owner.tokens["access_token"], owner.tokens["refresh_token"], "x.y.z", "x"):
        assert error_code(owner.second_step(owner.next_code(), token)) == VOID
    mine = {"Authorization": f"Bearer {owner.mfa_token()}"}
    assert error_code(owner.visitor.send("GET", "/protected", headers=mine)) == VOID


def test_the_first_step_is_of_its_own_account(owner: Owner) -> None:
    """One user's code does not complete another's login."""
    other = Owner(owner.visitor, owner.clock).enrol()
    assert error_code(other.second_step(owner.next_code())) == WRONG


@pytest.mark.parametrize(
    "body",
    [{}, {"mfa_token": "x"}, {"code": "123456"}, {"mfa_token": "x", "code": ""}],
)
def test_half_a_second_step_is_a_clear_mistake(visitor: Visitor, body: dict[str, str]) -> None:
    """It gets a 422 that names what is missing."""
    answer = visitor.post("/authenticate/second", body)
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"]


def test_a_code_and_a_passkey_at_once_are_a_mistake(owner: Owner) -> None:
    """The request must have exactly one of them."""
    both = {"code": "123456", "passkey": {"ceremony": "x", "credential": {}}}
    body = {"mfa_token": "x", **both}
    assert error_code(owner.visitor.post("/authenticate/second", body))[0] == 422


def test_a_repeat_of_the_same_request_gets_the_same_session(owner: Owner) -> None:
    """Contract 4: Its code is used up, but the answer may have been lost."""
    token, code = owner.mfa_token(), owner.next_code()
    first = owner.second_step(code, token, **{"Idempotency-Key": KEY})
    again = owner.second_step(code, token, **{"Idempotency-Key": KEY})
    ids = {payload_of(one.json()["access_token"])["sid"] for one in (first, again)}
    assert len(ids) == 1
    other = owner.second_step(owner.code(-1), token, **{"Idempotency-Key": KEY})
    assert error_code(other) == WRONG


def test_a_repeat_finds_a_session_that_a_recovery_code_opened(owner: Owner) -> None:
    """Contract 4: It is found although the code's hash is removed."""
    token, code = owner.mfa_token(), owner.recovery[3]
    first = owner.second_step(code, token, **{"Idempotency-Key": KEY})
    again = owner.second_step(code, token, **{"Idempotency-Key": KEY})
    assert (first.status_code, again.status_code) == (200, 200)
    assert error_code(owner.second_step(code, token)) == WRONG


def test_a_repeat_opens_no_session_beside_one_that_was_used(app: Flask, owner: Owner) -> None:
    """S104: If the first answer was used, the repeat is refused."""
    token, code = owner.mfa_token(), owner.next_code()
    first = owner.second_step(code, token, **{"Idempotency-Key": KEY})
    assert owner.visitor.refresh(first.json()["refresh_token"]).status_code == 200
    assert error_code(owner.second_step(code, token, **{"Idempotency-Key": KEY})) == WRONG
    services = services_of(app)
    proof, _ = services[PasswordProof].check(owner.name, PASSWORD, HERE)
    repeated = replace(proof, assurance=AAL2, repeated=True)
    with pytest.raises(ApiError, match="That code is wrong"):  # it was used since somebody looked
        services[SignIn].open_session(repeated, HERE, f"{KEY} {code}")


def test_what_asks_for_the_password_asks_for_the_code_too(owner: Owner) -> None:
    """S109: A recent login with both factors is enough."""
    owner.clock.move(minutes=11)
    change = {"current_password": PASSWORD, "new_password": "another good password"}
    for method, path, body in (
        ("POST", "/reauthenticate", {"password": PASSWORD}),
        ("POST", "/password", change),
        ("DELETE", "/me", {"password": PASSWORD}),
    ):
        assert error_code(owner.ask(method, path, **body)) == ASKED
        wrong = owner.ask(method, path, **body, code=owner.wrong_code())
        assert error_code(wrong) == WRONG
    fresh = owner.ask("POST", "/reauthenticate", password=PASSWORD, code=owner.next_code())
    assert payload_of(fresh.json()["access_token"])["acr"] == "aal2"
    owner.tokens["access_token"] = fresh.json()["access_token"]
    assert owner.ask("POST", "/password", **change).status_code == 200


def test_a_session_that_was_ended_spares_nobody_the_code(
    settings: Settings, clock: MovedClock
) -> None:
    """S109: Not even with `REVOCATION=off`, where its access token still works."""
    with served(replace(settings, revocation="off"), clock) as visitor:
        owner = Owner(visitor, clock).enrol()
        body = {"refresh_token": owner.tokens["refresh_token"], "everywhere": True}
        assert visitor.post("/logout", body).status_code == 200
        change = {"current_password": PASSWORD, "new_password": "another good password"}
        assert error_code(owner.ask("POST", "/password", **change)) == ASKED
        assert error_code(owner.ask("DELETE", "/me", password=PASSWORD)) == ASKED


def test_reauthenticating_always_asks_for_the_code(owner: Owner) -> None:
    """S120: A recent login cannot be prolonged by one factor alone."""
    assert error_code(owner.ask("POST", "/reauthenticate", password=PASSWORD)) == ASKED
    assert owner.ask("DELETE", "/me", password=PASSWORD).status_code == 200
