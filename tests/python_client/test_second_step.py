"""The Python client with second factors and forgotten passwords."""

from __future__ import annotations

import time

import pytest

from authapi_client import AuthClient, Refused, SecondFactorRequired, SecondStepOver
from tests.examples.conftest import NEW_PASSWORD, Mailing
from tests.extension.gate import Gate
from tests.python_client.conftest import New, greeting, joined
from tests.support.actors import PASSWORD, Visitor
from tests.support.authenticator import STEP, Owner, code_at
from tests.support.clock import MovedClock
from tests.support.servers import ServerProcess


@pytest.fixture
def owner(visitor: Visitor, clock: MovedClock) -> Owner:
    """Somebody who has an authenticator app."""
    return Owner(visitor, clock).enrol()


def asked(client: AuthClient, name: str) -> SecondFactorRequired:
    """Log in with the password alone; return what is asked for."""
    with pytest.raises(SecondFactorRequired) as caught:
        client.authenticate(name, PASSWORD)
    return caught.value


def test_an_app_is_turned_on_and_asked_for(server: ServerProcess, new: New) -> None:
    """Everything is done by this client, against a server process."""
    client = new(server.base_url)
    name = joined(client)
    secret = client.send("POST", "/me/totp")["secret"]
    now = int(time.time())
    codes = client.send("POST", "/me/totp/confirm", {"code": code_at(secret, now)})
    assert greeting(client) == f"Hello, {name}!"  # by the tokens that came with the codes
    client.logout()
    step = asked(client, name)
    assert client.second_step(step, code_at(secret, now + STEP)).username == name
    assert greeting(client) == f"Hello, {name}!"
    result = client.second_step(asked(client, name), codes["recovery_codes"][0])
    assert result.recovery_codes_left == 7


@pytest.mark.parametrize("kind", ["totp", "recovery_code"])
def test_the_code_finishes_the_login(owner: Owner, new: New, base_url: str, kind: str) -> None:
    """The error lists the accepted factors and the time left."""
    client = new(base_url)
    step = asked(client, owner.name)
    assert (step.factors, step.expires_in) == (("totp", "recovery_code"), 300)
    assert step.mfa_token not in f"{step!r} {step} {step.refusal}"
    client.second_step(step, owner.next_code() if kind == "totp" else owner.recovery[0])
    assert greeting(client) == f"Hello, {owner.name}!"


def test_a_wrong_code_can_be_corrected(owner: Owner, new: New, base_url: str) -> None:
    """The same `mfa_token` is used again."""
    client = new(base_url)
    step = asked(client, owner.name)
    with pytest.raises(Refused, match="wrong") as caught:
        client.second_step(step, "not a code")
    assert (caught.value.status, caught.value.code) == (401, "invalid_code")
    client.second_step(step, owner.next_code())
    assert greeting(client) == f"Hello, {owner.name}!"


def test_a_code_that_comes_too_late(owner: Owner, new: New, base_url: str) -> None:
    """It raises `SecondStepOver`."""
    client = new(base_url)
    step = asked(client, owner.name)
    owner.clock.move(minutes=6)
    with pytest.raises(SecondStepOver):
        client.second_step(step, owner.next_code())
    client.second_step(asked(client, owner.name), owner.next_code())


def test_a_code_that_is_known_already_goes_along(owner: Owner, new: New, base_url: str) -> None:
    """It is sent with the password in one request."""
    client = new(base_url)
    client.authenticate(owner.name, PASSWORD, code=owner.next_code())
    assert greeting(client) == f"Hello, {owner.name}!"


def test_a_step_whose_answer_is_lost_spends_no_code(owner: Owner, new: New, gate: Gate) -> None:
    """S54: It is repeated with its key, and opens one session."""
    client = new(gate.address)
    step = asked(client, owner.name)
    gate.drop("/authenticate/second")
    code = owner.next_code()
    with pytest.raises(Exception, match="No answer"):
        client.second_step(step, code)
    client.second_step(step, code)
    assert greeting(client) == f"Hello, {owner.name}!"
    answers = [exchange.answer for exchange in gate.to("/authenticate/second")]
    assert len({answer.json["refresh_token"] for answer in answers if answer}) == 1


def test_an_old_login_is_made_recent(owner: Owner, new: New, base_url: str) -> None:
    """S120: Password and code confirm it; its refresh token stays."""
    client = new(base_url)
    client.authenticate(owner.name, PASSWORD, code=owner.next_code())
    owner.clock.move(minutes=11)
    stale = client.request("GET", "/me/export")
    assert stale.json()["code"] == "insufficient_user_authentication"
    with pytest.raises(Refused) as caught:
        client.reauthenticate(PASSWORD)
    assert caught.value.code == "second_factor_required"
    client.reauthenticate(PASSWORD, code=owner.next_code())
    assert client.request("GET", "/me/export").status_code == 200
    owner.clock.move(minutes=16)
    assert greeting(client) == f"Hello, {owner.name}!"


def test_a_forgotten_password(mailing: Mailing, new: New) -> None:
    """The token of the mailed link sets a new password, once."""
    client, name = new(mailing.url), mailing.new_user()
    client.forgot_password(name)
    token = mailing.link(name, "reset").partition("#")[2]
    client.reset_password(token, NEW_PASSWORD)
    client.authenticate(name, NEW_PASSWORD)
    assert greeting(client) == f"Hello, {name}!"
    with pytest.raises(Refused) as caught:
        client.reset_password(token, PASSWORD)
    assert caught.value.code == "invalid_link"
