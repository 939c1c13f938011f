"""The modes of `EMAIL`: addresses are off, optional or required."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from authapi import create_app
from authapi.audit.service import AuditTrail
from authapi.core.services import Services
from authapi.database import Database
from authapi.settings import Settings
from tests.addresses.conftest import Person
from tests.addresses.test_confirming import Read, confirm
from tests.conftest import RP_ID, services_of
from tests.support.actors import PASSWORD, fresh_name
from tests.support.clock import MovedClock

ANN = "ann@example.com"


@pytest.fixture
def other_mode(
    app: Flask, development: Settings, clock: MovedClock, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """A second server on the same database, of another mode."""
    second = create_app(replace(development, email=request.param), clock)
    yield second
    services_of(second)[AuditTrail].flush()
    services_of(second)[Database].close()


@pytest.mark.parametrize("other_mode", ["off", "required"], indirect=True)
def test_clients_are_told_what_there_is(app: Flask, other_mode: Flask) -> None:
    """`/features` says whether to ask users for an address."""
    modes = [each.test_client().get("/features").get_json() for each in (app, other_mode)]
    same = {"status": "ok", "totp": True, "passkeys": True, "rp_id": RP_ID}
    mode = other_mode.config["EMAIL"]
    assert modes[0] == {**same, "email": "optional", "reset": True, "pages": True}
    has = mode != "off"
    assert modes[1] == {**same, "email": mode, "reset": has, "pages": has}


@pytest.mark.parametrize("other_mode", ["required"], indirect=True)
def test_where_an_address_is_required_it_comes_first(other_mode: Flask, mails: Read) -> None:
    """S90: A user without a confirmed one gets no session, but one more mail."""
    person = Person(other_mode)
    refused = person.register()
    assert (refused.status_code, refused.get_json()["errors"].keys()) == (422, {"email"})
    assert person.register(email=ANN).status_code == 200
    credentials = {"username": person.name, "password": PASSWORD}
    answer = person.send("POST", "/authenticate", credentials)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "email_not_verified")
    wrong = {**credentials, "password": "not the password"}
    assert person.send("POST", "/authenticate", wrong).status_code == 401
    newest = mails()[0]
    token = newest["link"].split("#")[1]
    body = {"token": token, "password": PASSWORD}
    assert person.send("POST", "/email/verify", body).status_code == 200
    assert person.send("POST", "/authenticate", credentials).status_code == 200


@pytest.mark.parametrize("other_mode", ["off"], indirect=True)
@pytest.mark.parametrize("email", [ANN, "no address", 7, None])
def test_where_there_are_none_the_member_changes_nothing(
    other_mode: Flask, services: Services, email: object
) -> None:
    """S15: With `EMAIL=off` a member `email` is ignored, whatever it holds."""
    person = Person(other_mode, fresh_name())
    assert person.register(email=email, locale=5).status_code == 200
    assert person.log_in().send("PUT", "/me/email", {"email": ANN}).status_code == 404
    user = services[Database]["users"].find_one({"name_key": person.name})
    assert user is not None
    assert not user.keys() & {"email", "pending_email", "notices", "locale"}


@pytest.mark.parametrize("locale", ["deutsch!", "d", "de-AT-" + "x" * 40, 5])
def test_a_language_that_is_none_is_refused(app: Flask, locale: object) -> None:
    """The message names the languages there are."""
    answer = Person(app).register(locale=locale)
    assert (answer.status_code, answer.get_json()["errors"].keys()) == (422, {"locale"})


@pytest.mark.parametrize("other_mode", ["required"], indirect=True)
def test_where_an_address_is_required_nobody_is_left_without_one(
    person: Person, other_mode: Flask, mails: Read
) -> None:
    """Removing it would lock the user out, so it is refused."""
    confirm(person, mails, ANN)
    there = Person(other_mode, person.name, person.tokens)
    answer = there.send("DELETE", "/me/email", {"password": PASSWORD})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "email_not_verified")
    assert "another one" in answer.get_json()["message"]
    assert there.log_in().send("GET", "/me").get_json()["email"] == ANN


@pytest.mark.parametrize("other_mode", ["required"], indirect=True)
def test_an_account_from_before_addresses_were_required_is_told_so(
    person: Person, other_mode: Flask
) -> None:
    """The refusal does not claim that a mail was sent."""
    credentials = {"username": person.name, "password": PASSWORD}
    answer = other_mode.test_client().post("/authenticate", json=credentials)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "email_not_verified")
    assert "has no address" in answer.get_json()["message"]
