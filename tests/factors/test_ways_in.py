"""Every way to get tokens asks for the second factor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests
from flask import Flask

from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.errors import ApiError
from authapi.core.identity import AAL2
from authapi.signin.models import Proof
from authapi.signin.service import SignIn
from tests.conftest import services_of
from tests.passkeys.authenticator import VERIFIED, Authenticator
from tests.passkeys.conftest import answer_of, challenge
from tests.support.actors import PASSWORD, Visitor
from tests.support.authenticator import Owner
from tests.support.forging import payload_of

Way = Callable[[Owner], requests.Response]
KEY = "a-key-of-this-client-alone"


def _before_the_factor(owner: Owner) -> requests.Response:
    """Refresh a session that is older than the factor."""
    older = Owner(owner.visitor, owner.clock)
    session = older.visitor.log_in(older.name)
    older.enrol()
    return older.visitor.refresh(session["refresh_token"])


def _second_without_a_code(owner: Owner) -> requests.Response:
    body = {"mfa_token": owner.mfa_token(), "code": owner.wrong_code()}
    return owner.visitor.post("/authenticate/second", body)


def _change_password(owner: Owner) -> requests.Response:
    owner.clock.move(minutes=11)
    passwords = {"current_password": PASSWORD, "new_password": "another good password"}
    return owner.ask("POST", "/password", **passwords)


def _turn_off(owner: Owner) -> requests.Response:
    owner.clock.move(minutes=11)
    return owner.ask("DELETE", "/me/totp", password=PASSWORD)


def _with_passkey(owner: Owner) -> tuple[Authenticator, str]:
    device = Authenticator()
    begun = owner.ask("POST", "/me/passkeys/options").json()
    made = device.create(begun["options"])
    added = owner.ask("POST", "/me/passkeys", ceremony=begun["ceremony"], credential=made)
    return device, added.json()["id"]


def _passkey_without_its_user(owner: Owner) -> requests.Response:
    device, _ = _with_passkey(owner)
    shown = answer_of(device, challenge(owner.visitor), clear_flags=VERIFIED)
    return owner.visitor.post("/authenticate/passkey", shown)


def _remove_passkey(owner: Owner) -> requests.Response:
    _, passkey_id = _with_passkey(owner)
    owner.clock.move(minutes=11)
    return owner.ask("DELETE", f"/me/passkeys/{passkey_id}", password=PASSWORD)


def _ask_for_passkeys(owner: Owner) -> requests.Response:
    _with_passkey(owner)
    owner.clock.move(minutes=11)
    return owner.ask("PUT", "/me/second-factor", passkeys=True, password=PASSWORD)


WAYS: dict[tuple[str, str], Way] = {
    ("post", "/authenticate"): lambda owner: owner.first_step(),
    ("post", "/authenticate/second"): _second_without_a_code,
    ("post", "/refresh"): _before_the_factor,
    ("post", "/reauthenticate"): lambda owner: owner.ask(
        "POST", "/reauthenticate", password=PASSWORD
    ),
    ("post", "/password"): _change_password,
    ("post", "/me/totp/confirm"): lambda owner: owner.ask(
        "POST", "/me/totp/confirm", code=owner.wrong_code()
    ),
    ("delete", "/me/totp"): _turn_off,
    ("post", "/authenticate/passkey"): _passkey_without_its_user,
    ("delete", "/me/passkeys/{passkey_id}"): _remove_passkey,
    ("put", "/me/second-factor"): _ask_for_passkeys,
}
"""Whatever answers with an access token, and the best that somebody can do there who has the
password alone, or a session of before."""


def gives_tokens(description: dict[str, Any], operation: dict[str, Any]) -> bool:
    """Whether a success of an operation holds an access token."""
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return "access_token" in description["components"]["schemas"].get(name, {}).get(
        "properties", {}
    )


def test_every_way_to_tokens_is_in_the_table(visitor: Visitor) -> None:
    """S103: A new endpoint with tokens has to be added to the table."""
    description = visitor.send("GET", "/openapi.json").json()
    found = {
        (method, path)
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if method in {"get", "post", "put", "patch", "delete"}
        and gives_tokens(description, operation)
    }
    assert found == WAYS.keys()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0]} {way[1]}")
def test_it_asks_for_the_second_step(owner: Owner, way: tuple[str, str]) -> None:
    """S103: The password, or an earlier session, gives no token there."""
    answer = WAYS[way](owner)
    assert answer.status_code in {400, 401}
    assert not {"access_token", "refresh_token"} & answer.json().keys()


def test_a_new_way_in_cannot_forget_to_ask(app: Flask, owner: Owner) -> None:
    """S103: `open_session` refuses a proof by one factor."""
    services = services_of(app)
    user = services[AccountService].find_user(owner.name)
    assert user is not None
    proof = Proof(user, ("user", "swk"))
    with pytest.raises(ApiError) as refusal:
        services[SignIn].open_session(proof, Client("203.0.113.7", ""), None)
    assert refusal.value.code == "second_factor_required"
    stronger = replace(proof, assurance=AAL2)
    assert services[SignIn].open_session(stronger, Client("203.0.113.7", ""), None).access_token


def test_registering_again_opens_nothing(visitor: Visitor, owner: Owner) -> None:
    """S103: A repeated registration is answered without tokens."""
    again = visitor.register(owner.name, PASSWORD, KEY)
    assert again.status_code == 400
    assert "access_token" not in again.json()


def test_what_both_factors_opened_says_so(app: Flask, owner: Owner) -> None:
    """S103: No session with one factor is left."""
    tokens = owner.log_in().json()
    listed = owner.ask("GET", "/sessions").json()["sessions"]
    assert len(listed) == 2
    assert payload_of(tokens["access_token"])["acr"] == "aal2"
