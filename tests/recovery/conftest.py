"""A production service with a mail server, and users who forgot their password."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.headerregistry import Address

import pytest
import requests
from flask import Flask

from authapi import create_app
from authapi.audit.service import AuditTrail
from authapi.core.services import Services
from authapi.database import Database, Document
from authapi.mail.servers import MailServer as Named
from authapi.mail.service import MailService
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import Visitor
from tests.support.clock import MovedClock
from tests.support.mail_server import MailServer, mail_server
from tests.support.servers import in_thread

PUBLIC_URL = "https://accounts.example"
NEW = "an entirely different password"
DEAD = (400, "invalid_link")
TOKEN = re.compile(r"#([\w-]{59,})")


@dataclass
class Service:
    """The service, its database and its mails."""

    app: Flask
    visitor: Visitor
    mails: MailServer
    clock: MovedClock

    @property
    def parts(self) -> Services:
        """The objects that it is made of."""
        return services_of(self.app)

    @property
    def database(self) -> str:
        """The name of its database."""
        name: str = self.parts[Database]._database().name
        return name

    def held(self) -> list[Document]:
        """Return the entries of the registry of addresses that are not for good."""
        return list(self.parts[Database]["addresses"].find({"held_until": {"$ne": None}}))

    def owner(self, **members: object) -> str:
        """Register somebody with a confirmed address; return the name."""
        name = self.visitor.new_user()
        address = f"{name}@example.com"
        self.write(name, {"email": address, "email_key": address, **members})
        return name

    def write(self, name: str, members: Document) -> None:
        """Set members of a user's document."""
        self.parts[Database]["users"].update_one({"name_key": name}, {"$set": members})

    def user(self, name: str) -> Document:
        """Return a user's document."""
        found = self.parts[Database]["users"].find_one({"name_key": name})
        assert found is not None
        return found

    def forgot(self, name: str) -> requests.Response:
        """Ask for a link."""
        return self.visitor.post("/password/forgot", {"username": name})

    def reset(self, token: str, password: str = NEW) -> requests.Response:
        """Choose a password with a link."""
        return self.visitor.post("/password/reset", {"token": token, "new_password": password})

    def send(self) -> None:
        """Let the sender look, once all notices are old enough."""
        self.clock.move(seconds=3)
        self.parts[MailService].send()

    def texts(self, name: str) -> list[str]:
        """Return the texts that were mailed to an owner so far, each after its subject."""
        bodies = [
            (mail["Subject"], mail.get_body(("plain",)))
            for mail in self.mails.to(f"{name}@example.com")
        ]
        return [f"{subject}\n{body.get_content()}" for subject, body in bodies if body is not None]

    def tokens(self, name: str) -> list[str]:
        """Return the tokens of all links that were mailed to an owner so far."""
        return [token for text in self.texts(name) for token in TOKEN.findall(text)]

    def link(self, name: str) -> str:
        """Ask for a link, and return its token as the owner finds it in the mail."""
        self.clock.move(minutes=2)
        assert self.forgot(name).status_code == 200
        self.send()
        return self.tokens(name)[-1]


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """A mail server that takes everything."""
    with mail_server() as server:
        yield server


@pytest.fixture
def mailing(settings: Settings, mails: MailServer) -> Settings:
    """A production service's settings, on a database of its own; the tests let it send."""
    return replace(
        settings,
        mongo_database=f"recovery_{secrets.token_hex(6)}",
        mail_servers=(Named("127.0.0.1", mails.port, "none"),),
        public_url=PUBLIC_URL,
        mail_from=Address("Example", "no-reply", "example.com"),
        mail_sweep="off",
    )


@pytest.fixture
def service(mailing: Settings, mails: MailServer, clock: MovedClock) -> Iterator[Service]:
    """The service, over HTTP."""
    app = create_app(mailing, clock.stop())  # a slot of two minutes ends when it is told
    with in_thread(app) as url:
        visitor = Visitor(url)
        yield Service(app, visitor, mails, clock)
        visitor.close()
    services_of(app)[AuditTrail].flush()  # else a thread opens the database again
    database = services_of(app)[Database]
    database._database().client.drop_database(mailing.mongo_database)
    database.close()
