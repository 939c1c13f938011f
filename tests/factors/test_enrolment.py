"""Turning an authenticator app on and off."""

from __future__ import annotations

import pytest
from flask import Flask

from authapi.core.client import Client
from authapi.core.errors import ApiError
from authapi.database import Collections
from authapi.signin.proving import PasswordProof
from authapi.signin.service import SignIn
from tests.conftest import services_of
from tests.support.actors import PASSWORD, error_code
from tests.support.authenticator import STEP, Owner
from tests.support.forging import payload_of

STALE = (401, "insufficient_user_authentication")
ASKED = (401, "second_factor_required")
WRONG = (400, "invalid_code")
HERE = Client("127.0.0.1", "pytest")


def test_a_secret_that_waits_counts_for_nothing(somebody: Owner) -> None:
    """S107: Until its first code the password is enough."""
    answer = somebody.ask("POST", "/me/totp")
    body = answer.json()
    assert body.keys() == {"status", "secret", "uri", "svg", "expires_in"}
    assert f"secret={body['secret']}" in body["uri"]
    assert body["expires_in"] == 600
    assert somebody.first_step().status_code == 200
    factors = somebody.ask("GET", "/me/factors").json()
    assert (factors["second_factor"], factors["totp"]) == (False, None)


def test_turning_on_ends_all_other_sessions(somebody: Owner) -> None:
    """S107: The caller's session goes on with two factors, by the tokens of the answer."""
    other = somebody.visitor.log_in(somebody.name)
    before = dict(somebody.tokens)
    somebody.enrol()
    assert len(set(somebody.recovery)) == 8
    assert somebody.visitor.refresh(other["refresh_token"]).status_code == 400
    assert error_code(somebody.visitor.protected(other["access_token"]))[0] == 401
    claims = payload_of(somebody.tokens["access_token"])
    assert (claims["acr"], claims["amr"]) == ("aal2", ["pwd", "otp"])
    assert claims["sid"] == payload_of(before["access_token"])["sid"]
    refreshed = somebody.visitor.refresh(somebody.tokens["refresh_token"])
    assert payload_of(refreshed.json()["access_token"])["acr"] == "aal2"


def test_a_client_that_ignores_the_new_tokens_goes_on(somebody: Owner) -> None:
    """S107: Its refresh token works; some requests ask it for both factors."""
    refresh_token = somebody.tokens["refresh_token"]
    somebody.enrol()
    somebody.tokens = somebody.visitor.refresh(refresh_token).json()
    refused = somebody.ask("DELETE", "/me/totp")
    assert error_code(refused) == STALE
    assert refused.json()["acr_values"] == "aal2"
    code = somebody.next_code()
    assert somebody.ask("DELETE", "/me/totp", password=PASSWORD, code=code).status_code == 200


def test_a_login_under_way_gets_nothing(app: Flask, somebody: Owner) -> None:
    """S107: A password checked before the factor was turned on opens no session."""
    services = services_of(app)
    proof, _ = services[PasswordProof].check(somebody.name, PASSWORD, HERE)
    somebody.enrol()
    with pytest.raises(ApiError, match="Invalid credentials"):
        services[SignIn].open_session(proof, HERE, None)
    sessions = somebody.ask("GET", "/sessions").json()["sessions"]
    assert [session["current"] for session in sessions] == [True]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/me/totp"), ("DELETE", "/me/totp"), ("POST", "/me/recovery-codes")],
)
def test_changes_ask_for_a_recent_login_with_the_factor(
    owner: Owner, method: str, path: str
) -> None:
    """S109: Password and code in the same request are enough as well."""
    owner.clock.move(minutes=11)
    refused = owner.ask(method, path)
    assert error_code(refused) == STALE
    assert refused.json()["max_age"] == 600
    assert error_code(owner.ask(method, path, password="wrong one")) == (401, "invalid_credentials")
    assert error_code(owner.ask(method, path, password=PASSWORD)) == ASKED
    wrong = owner.ask(method, path, password=PASSWORD, code=owner.wrong_code())
    assert error_code(wrong) == (401, "invalid_code")
    right = owner.ask(method, path, password=PASSWORD, code=owner.next_code())
    assert right.status_code == 200


def test_a_wrong_code_turns_nothing_on(somebody: Owner) -> None:
    """S107: An invalid code, or one without a pending secret, is refused as well."""
    assert error_code(somebody.ask("POST", "/me/totp/confirm", code="123456")) == WRONG
    somebody.begin()
    for code in (somebody.wrong_code(), "abcdef", "1-AAAA-BBBB-CCCC-DDDD"):
        assert error_code(somebody.ask("POST", "/me/totp/confirm", code=code)) == WRONG
    assert somebody.first_step().status_code == 200


@pytest.mark.parametrize("steps", [-20, -2, 2, 20])
def test_a_wrong_clock_is_told(somebody: Owner, steps: int) -> None:
    """The error says by how much a clock is off, up to ten minutes."""
    somebody.begin()
    answer = somebody.ask("POST", "/me/totp/confirm", code=somebody.code(steps))
    assert error_code(answer) == WRONG
    assert abs(answer.json()["clock_off_seconds"] - steps * STEP) <= STEP
    too_far = somebody.ask("POST", "/me/totp/confirm", code=somebody.code(40))
    assert "clock_off_seconds" not in too_far.json()


def test_a_secret_waits_for_ten_minutes(somebody: Owner) -> None:
    """S107: Afterwards its code is refused."""
    somebody.begin()
    somebody.clock.move(minutes=10, seconds=1)
    answer = somebody.ask("POST", "/me/totp/confirm", code=somebody.code())
    assert error_code(answer) == WRONG
    assert "begin again" in answer.json()["message"]


def test_the_code_that_turned_it_on_is_spent(somebody: Owner) -> None:
    """S104: It cannot be used to log in."""
    somebody.enrol()
    assert error_code(somebody.log_in(somebody.code())) == (401, "invalid_code")


def test_another_app_takes_the_place_of_the_first(owner: Owner) -> None:
    """The former secret and recovery codes are invalid then."""
    former, recovery = owner.secret, owner.recovery
    owner.enrol()
    current, owner.secret = owner.secret, former
    assert error_code(owner.log_in()) == (401, "invalid_code")
    assert error_code(owner.log_in(recovery[0])) == (401, "invalid_code")
    owner.secret = current
    assert owner.log_in().status_code == 200
    assert payload_of(owner.tokens["access_token"])["amr"] == ["pwd", "otp"]


def test_turning_off_leaves_the_password_alone(owner: Owner, collections: Collections) -> None:
    """S108: Recovery codes are removed with the last factor, and other sessions end."""
    other = owner.log_in().json()
    answer = owner.ask("DELETE", "/me/totp")
    assert answer.status_code == 200
    owner.tokens = answer.json()
    assert owner.visitor.refresh(other["refresh_token"]).status_code == 400
    assert owner.first_step().status_code == 200
    factors = owner.ask("GET", "/me/factors").json()
    assert (factors["second_factor"], factors["recovery_codes_left"]) == (False, 0)
    stored = collections["users"].find_one({"name_key": owner.name}) or {}
    assert stored["factors"].keys() == {"changed_at"}


def test_turning_off_what_is_off_gives_no_tokens(somebody: Owner) -> None:
    """Contract 4: An access token alone never becomes a refresh token."""
    answer = somebody.ask("DELETE", "/me/totp")
    assert answer.json().keys() == {"status", "message"}
    assert somebody.visitor.refresh(somebody.tokens["refresh_token"]).status_code == 200


def test_new_recovery_codes_void_the_earlier_ones(owner: Owner) -> None:
    """S108: They are shown once and stored as hashes."""
    made = owner.ask("POST", "/me/recovery-codes").json()["recovery_codes"]
    assert len(set(made) | set(owner.recovery)) == 16
    assert error_code(owner.log_in(owner.recovery[0])) == (401, "invalid_code")
    assert owner.log_in(made[0]).json()["recovery_codes_left"] == 7
    assert owner.ask("GET", "/me/factors").json()["recovery_codes_left"] == 7


def test_without_a_second_factor_there_are_no_recovery_codes(somebody: Owner) -> None:
    """Asking for some is refused."""
    assert error_code(somebody.ask("POST", "/me/recovery-codes")) == (404, "not_found")


def test_what_is_stored_is_exported_without_its_secrets(owner: Owner) -> None:
    """S89: The export has dates and numbers only."""
    exported = owner.ask("GET", "/me/export").json()["factors"]
    assert exported["recovery_codes_left"] == 8
    assert owner.secret not in str(exported)
    assert "$argon2" not in str(exported)
