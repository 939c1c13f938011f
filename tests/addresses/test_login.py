"""`LOGIN_BY_EMAIL=on`: a confirmed address in place of the name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from authapi import create_app
from authapi.audit.service import AuditTrail
from authapi.database import Database
from authapi.limits.rules import Rate
from authapi.settings import Settings
from tests.addresses.conftest import Person
from tests.addresses.test_confirming import Read, ask, confirm
from tests.conftest import services_of
from tests.support.actors import PASSWORD
from tests.support.clock import MovedClock

ANN = "Ann@Example.com"


@pytest.fixture
def by_email(app: Flask, development: Settings, clock: MovedClock) -> Iterator[Flask]:
    """A second server on the same database, where an address logs in."""
    rate = Rate.parse("10/5 minutes")
    second = create_app(replace(development, login_by_email="on", limit_login_failures=rate), clock)
    yield second
    services_of(second)[AuditTrail].flush()
    services_of(second)[Database].close()


def log_in(app: Flask, name: str, password: str = PASSWORD) -> int:
    """Log in by a name or an address; return the status."""
    body = {"username": name, "password": password}
    return app.test_client().post("/authenticate", json=body).status_code


def test_a_confirmed_address_logs_in(by_email: Flask, person: Person, mails: Read) -> None:
    """S90: An unconfirmed one does not."""
    ask(person, ANN)
    assert log_in(by_email, ANN) == 401
    confirm(person, mails, ANN)
    assert [log_in(by_email, name) for name in (ANN, " ann@EXAMPLE.com ", person.name)] == [200] * 3
    assert log_in(by_email, ANN, "not the password") == 401
    assert log_in(by_email, "nobody@example.com") == 401


def test_an_international_address_logs_in_as_it_is_typed(
    by_email: Flask, person: Person, mails: Read
) -> None:
    """Its domain is compared in one form, however it is written."""
    confirm(person, mails, "ann@bücher.example.org")
    names = ["ann@bücher.example.org", "ANN@XN--BCHER-KVA.example.org"]
    assert [log_in(by_email, name) for name in names] == [200, 200]


def test_where_it_is_off_an_address_is_no_name(app: Flask, person: Person, mails: Read) -> None:
    """By default only the username logs in."""
    confirm(person, mails, ANN)
    assert log_in(app, ANN) == 401


def test_a_name_wins_over_an_address(
    app: Flask, by_email: Flask, person: Person, mails: Read
) -> None:
    """If one user's name is another's address, it means the user of that name."""
    confirm(person, mails, ANN)
    answer = Person(by_email, "ann@example.com").register()
    assert (answer.status_code, answer.get_json()["code"]) == (400, "user_exists")
    namesake = Person(app, "ann@example.com")  # where nobody logs in by address
    assert namesake.register().status_code == 200
    body = {"username": ANN, "password": PASSWORD}
    tokens = by_email.test_client().post("/authenticate", json=body).get_json()
    namesake.tokens = tokens
    assert namesake.send("GET", "/me").get_json()["username"] == "ann@example.com"


def test_two_ways_to_an_account_are_no_two_limits(
    by_email: Flask, person: Person, mails: Read
) -> None:
    """S22: Wrong passwords count for the account, whether by name or by address."""
    confirm(person, mails, ANN)
    names = [ANN, person.name] * 5
    assert {log_in(by_email, name, "not the password") for name in names} == {401}
    assert [log_in(by_email, name) for name in (ANN, person.name)] == [429, 429]
