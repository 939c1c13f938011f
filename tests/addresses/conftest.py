"""A development server with a mailbox, and users with and without addresses."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from authapi import create_app
from authapi.audit.service import AuditTrail
from authapi.core.services import Services
from authapi.database import Database
from authapi.settings import DEVELOPMENT, Settings
from tests.conftest import services_of
from tests.support.actors import PASSWORD, fresh_name
from tests.support.clock import MovedClock

Mails = list[dict[str, Any]]


@dataclass
class Person:
    """Somebody with an account, who is logged in."""

    app: Flask
    name: str = field(default_factory=fresh_name)
    tokens: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: object = None) -> TestResponse:
        """Send a request with the access token."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"} if self.tokens else {}
        return self.app.test_client().open(path, method=method, json=body, headers=headers)

    def register(self, **more: object) -> TestResponse:
        """Register with the name and the usual password."""
        body = {"username": self.name, "password": PASSWORD, **more}
        return self.send("POST", "/register", body)

    def log_in(self) -> Person:
        """Log in."""
        body = {"username": self.name, "password": PASSWORD}
        answer = self.send("POST", "/authenticate", body)
        assert answer.status_code == 200, answer.text
        self.tokens = answer.get_json()
        return self

    @property
    def id(self) -> str:
        """The permanent id."""
        user_id: str = self.send("GET", "/me").get_json()["user_id"]
        return user_id


@pytest.fixture(scope="module")
def development(settings: Settings) -> Settings:
    """A development server's settings, on a database of its own."""
    name = f"addresses_{secrets.token_hex(6)}"
    return replace(
        settings, environment=DEVELOPMENT, mongo_database=name, mail_sweep="off"
    )  # nobody but the test sends


@pytest.fixture(scope="module")
def server(development: Settings, _clock: MovedClock) -> Iterator[Flask]:
    """A development server."""
    app = create_app(development, _clock)
    yield app
    services_of(app)[AuditTrail].flush()  # else a thread opens the database again
    database = services_of(app)[Database]
    database._database().client.drop_database(development.mongo_database)
    database.close()


@pytest.fixture
def app(server: Flask, clock: MovedClock) -> Iterator[Flask]:
    """A development server without users."""
    yield server
    database = services_of(server)[Database]
    for name in ("users", "addresses", "mail", "limits"):
        database[name].delete_many({})


@pytest.fixture
def services(app: Flask) -> Services:
    """The objects that the server is made of."""
    return services_of(app)


@pytest.fixture
def person(app: Flask) -> Person:
    """Somebody who has registered without an address, and is logged in."""
    person = Person(app)
    assert person.register().status_code == 200
    return person.log_in()


@pytest.fixture
def mails(app: Flask, clock: MovedClock) -> Callable[[], Mails]:
    """Return all mails, the newest first, once the notices are old enough."""

    def read() -> Mails:
        clock.move(seconds=3)
        found: Mails = app.test_client().get("/dev/mailbox.json").get_json()["mails"]
        return found

    return read


@pytest.fixture
def other(app: Flask) -> Person:
    """Somebody else, without an address, who is logged in."""
    other = Person(app)
    assert other.register().status_code == 200
    return other.log_in()
