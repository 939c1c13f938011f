"""`examples/python_client.py` with a second step, and with a forgotten password."""

from __future__ import annotations

import pytest

from examples.python_client import ApiError, AuthClient, SecondStepRequired
from tests.examples.conftest import NEW_PASSWORD, Mailing
from tests.examples.python_client.conftest import New, greeting
from tests.extension.gate import Gate
from tests.support.actors import PASSWORD, Visitor
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock


@pytest.fixture
def owner(visitor: Visitor, clock: MovedClock) -> Owner:
    """Somebody who has an authenticator app."""
    return Owner(visitor, clock).enrol()


def asked(client: AuthClient, name: str) -> SecondStepRequired:
    """Log in with the password alone; return what is asked for."""
    with pytest.raises(SecondStepRequired) as caught:
        client.log_in(name, PASSWORD)
    return caught.value


@pytest.mark.parametrize("kind", ["totp", "recovery_code"])
def test_the_code_finishes_the_login(owner: Owner, new: New, base_url: str, kind: str) -> None:
    """The refusal says what may be shown, and how long; either is enough."""
    client = new(base_url)
    step = asked(client, owner.name)
    assert (step.factors, step.expires_in) == (["totp", "recovery_code"], 300)
    client.second_step(step, owner.next_code() if kind == "totp" else owner.recovery[0])
    assert greeting(client) == f"Hello, {owner.name}!"


def test_a_wrong_code_can_be_corrected(owner: Owner, new: New, base_url: str) -> None:
    """By the same first step."""
    client = new(base_url)
    step = asked(client, owner.name)
    with pytest.raises(ApiError, match="wrong") as caught:
        client.second_step(step, "not a code")
    assert (caught.value.status, caught.value.code) == (401, "invalid_code")
    client.second_step(step, owner.next_code())
    assert greeting(client) == f"Hello, {owner.name}!"


def test_a_code_that_is_known_already_goes_along(owner: Owner, new: New, base_url: str) -> None:
    """With the password, in one request."""
    client = new(base_url)
    client.log_in(owner.name, PASSWORD, owner.next_code())
    assert greeting(client) == f"Hello, {owner.name}!"


def test_a_step_whose_answer_is_lost_spends_no_code(owner: Owner, new: New, gate: Gate) -> None:
    """S54: it is repeated with its key, and opens one session."""
    client = new(gate.address)
    step = asked(client, owner.name)
    gate.drop("/authenticate/second")
    client.second_step(step, owner.next_code())
    assert greeting(client) == f"Hello, {owner.name}!"
    keys = {exchange.headers["idempotency-key"] for exchange in gate.to("/authenticate/second")}
    assert len(keys) == 1


def test_an_old_login_is_made_recent(owner: Owner, new: New, base_url: str) -> None:
    """S120: by the password and a code, with the refresh token that it has."""
    client = new(base_url)
    client.log_in(owner.name, PASSWORD, owner.next_code())
    owner.clock.move(minutes=11)
    stale = client.request("GET", "/me/export")
    assert stale.json()["code"] == "insufficient_user_authentication"
    with pytest.raises(SecondStepRequired):
        client.reauthenticate(PASSWORD)
    client.reauthenticate(PASSWORD, owner.next_code())
    assert client.request("GET", "/me/export").status_code == 200
    owner.clock.move(minutes=16)
    assert greeting(client) == f"Hello, {owner.name}!"


def test_a_forgotten_password(mailing: Mailing, new: New) -> None:
    """The link comes by mail; what stands behind its `#` chooses a new password, once."""
    client, name = new(mailing.url), mailing.new_user()
    client.forgot_password(name)
    token = mailing.link(name, "reset").partition("#")[2]
    client.reset_password(token, NEW_PASSWORD)
    client.log_in(name, NEW_PASSWORD)
    assert greeting(client) == f"Hello, {name}!"
    with pytest.raises(ApiError) as caught:
        client.reset_password(token, PASSWORD)
    assert caught.value.code == "invalid_link"
