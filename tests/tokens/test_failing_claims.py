"""An app's claims function that fails: the request changes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import requests
from flask import Flask

import authapi
from authapi.core.identity import Identity
from authapi.database import Database
from authapi.settings import Settings
from authapi.wiring import build_database
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.conftest import Member, answer_of, challenge
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.apps import served
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

NEW_PASSWORD = "an entirely different password"
Attempt = Callable[[], requests.Response]
"""A request that ends with tokens; sent again, it is the same to the letter."""


@dataclass
class Tenants:
    """An app's claims function, which may fail."""

    away: bool = False
    asked: list[Identity] = field(default_factory=list)

    def of(self, identity: Identity) -> dict[str, Any]:
        """Return the claims of somebody."""
        if self.away:
            raise ConnectionError
        self.asked.append(identity)
        return {"tenant": "acme"}


@dataclass
class Service:
    """A service with such an app, and its clock."""

    visitor: Visitor
    clock: MovedClock
    tenants: Tenants
    database: Database

    def member(self) -> Member:
        """Return somebody who is logged in."""
        member = Member(self.visitor, self.visitor.new_user())
        member.log_in()
        return member

    def owner(self) -> Owner:
        """Return somebody with an authenticator app."""
        return Owner(self.visitor, self.clock).enrol()


@pytest.fixture(scope="module")
def service(settings: Settings) -> Iterator[Service]:
    """The service, with a database that nobody else writes to."""
    tenants, clock = Tenants(), MovedClock()
    settings = replace(settings, mongo_database=f"claims_{secrets.token_hex(6)}")
    database = build_database(settings)

    def prepare(app: Flask) -> None:
        authapi.claims(app)(tenants.of)

    with served(settings, clock, prepare) as visitor:
        yield Service(visitor, clock, tenants, database)
    database.close()


def log_in(service: Service) -> Attempt:
    name = service.visitor.new_user()
    return lambda: service.visitor.authenticate(name)


def log_in_with_a_key(service: Service) -> Attempt:
    body = {"username": service.visitor.new_user(), "password": PASSWORD}
    key = {"Idempotency-Key": secrets.token_hex(16)}
    return lambda: service.visitor.post("/authenticate", body, key)


def log_in_with_a_code(service: Service) -> Attempt:
    owner = service.owner()
    code = owner.next_code()
    return lambda: owner.log_in(code)


def take_the_second_step(service: Service) -> Attempt:
    owner = service.owner()
    code, token = owner.next_code(), owner.mfa_token()
    return lambda: owner.second_step(code, token)


def use_a_recovery_code(service: Service) -> Attempt:
    owner = service.owner()
    return lambda: owner.log_in(owner.recovery[0])


def log_in_by_a_passkey(service: Service) -> Attempt:
    device = Authenticator()
    service.member().with_passkey(device)
    shown = answer_of(device, challenge(service.visitor))
    return lambda: service.visitor.post("/authenticate/passkey", shown)


def refresh(service: Service) -> Attempt:
    token = service.visitor.log_in()["refresh_token"]
    return lambda: service.visitor.refresh(token)


def step_up(service: Service) -> Attempt:
    member = service.member()
    return lambda: member.ask("POST", "/reauthenticate", password=PASSWORD)


def step_up_with_a_code(service: Service) -> Attempt:
    owner = service.owner()
    code = owner.next_code()
    return lambda: owner.ask("POST", "/reauthenticate", password=PASSWORD, code=code)


def step_up_by_a_passkey(service: Service) -> Attempt:
    device = Authenticator()
    member = service.member().with_passkey(device)
    shown = answer_of(device, challenge(service.visitor, member.tokens["access_token"]))
    return lambda: member.ask("POST", "/reauthenticate", passkey=shown)


def change_the_password(service: Service) -> Attempt:
    member = service.member()
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    return lambda: member.ask("POST", "/password", **body)


def turn_an_app_on(service: Service) -> Attempt:
    owner = Owner(service.visitor, service.clock)
    owner.begin()
    code = owner.next_code()
    return lambda: owner.ask("POST", "/me/totp/confirm", code=code)


def turn_an_app_off(service: Service) -> Attempt:
    owner = service.owner()
    code = owner.next_code()
    return lambda: owner.ask("DELETE", "/me/totp", password=PASSWORD, code=code)


def remove_a_passkey(service: Service) -> Attempt:
    member = service.member().with_passkey(Authenticator())
    return lambda: member.ask("DELETE", f"/me/passkeys/{member.passkey_id}")


def ask_for_a_passkey(service: Service) -> Attempt:
    member = service.member().with_passkey(Authenticator())
    return member.require


WAYS = [
    log_in, log_in_with_a_key, log_in_with_a_code, take_the_second_step, use_a_recovery_code,
    log_in_by_a_passkey, refresh, step_up, step_up_with_a_code, step_up_by_a_passkey,
    change_the_password, turn_an_app_on, turn_an_app_off, remove_a_passkey, ask_for_a_passkey,
]  # fmt: skip


def stored(service: Service) -> dict[str, list[Any]]:
    """Return all accounts and sessions, and what is used up."""
    names = ("users", "sessions", "passkeys", "spent")
    return {name: list(service.database[name].find().sort("_id")) for name in names}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_request_that_fails_in_an_apps_code_has_changed_nothing(
    service: Service, way: Callable[[Service], Attempt]
) -> None:
    """Account, session and codes are as before, and a repeat succeeds."""
    attempt = way(service)
    before = stored(service)
    service.tenants.away = True
    assert error_code(attempt()) == (500, "internal_error")
    service.tenants.away = False
    assert stored(service) == before
    service.tenants.asked.clear()
    answer = attempt()
    assert answer.status_code == 200, answer.text
    [asked] = service.tenants.asked
    claims = payload_of(answer.json()["access_token"])
    assert claims["tenant"] == "acme"
    assert (claims["jti"], claims["sid"]) == (asked.token_id, asked.session_id)
    assert (claims["ep"], claims["amr"]) == (asked.epoch, list(asked.methods))
    assert claims["auth_time"] == int(asked.authenticated_at.timestamp())


def test_these_are_all_routes_that_give_tokens(service: Service) -> None:
    """A new route has to be added to the table."""
    described = service.visitor.send("GET", "/openapi.json").json()
    schemas = described["components"]["schemas"]

    def gives(operation: dict[str, Any]) -> bool:
        content = operation["responses"].get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        named = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
        return "access_token" in named.get("properties", {})

    found = {
        f"{method.upper()} {path}"
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and gives(operation)
    }
    assert found == {
        *("POST /authenticate", "POST /authenticate/second", "POST /authenticate/passkey"),
        *("POST /refresh", "POST /reauthenticate", "POST /password"),
        *("POST /me/totp/confirm", "DELETE /me/totp"),
        *("DELETE /me/passkeys/{passkey_id}", "PUT /me/second-factor"),
    }
