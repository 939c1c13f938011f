"""Servers for the examples."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import requests

from authapi.settings import DEVELOPMENT, Settings
from tests.support.actors import PASSWORD, fresh_name
from tests.support.apps import served
from tests.support.servers import ServerProcess, workers
from tests.support.waiting import DEADLINE, until

NEW_PASSWORD = r'an "entirely" \different password'
"""What JSON escapes is part of a password like anything else."""


@dataclass
class Mailing:
    """A development server, whose mails stand in its mailbox."""

    url: str

    def new_user(self) -> str:
        """Register somebody with an address, and confirm it; return the name."""
        name = fresh_name()
        body = {"username": name, "password": PASSWORD, "email": f"{name}@example.com"}
        requests.post(f"{self.url}/register", json=body, timeout=DEADLINE).raise_for_status()
        body = {"token": self.link(name, "verify").partition("#")[2], "password": PASSWORD}
        requests.post(f"{self.url}/email/verify", json=body, timeout=DEADLINE).raise_for_status()
        return name

    def link(self, name: str, kind: str) -> str:
        """Return the link in somebody's mail of a kind."""

        def find() -> str | None:
            mails = requests.get(f"{self.url}/dev/mailbox.json", timeout=DEADLINE).json()["mails"]
            mine = [m for m in mails if m["to"] == f"{name}@example.com" and m["kind"] == kind]
            return next((mail["link"] for mail in mine if mail["link"]), None)

        return until(find, f"the mail {kind}") or ""


@pytest.fixture
def mailing(settings: Settings) -> Iterator[Mailing]:
    """A development server of its own."""
    name = f"mailing_{secrets.token_hex(6)}"
    development = replace(settings, environment=DEVELOPMENT, mongo_database=name)
    with served(development) as visitor:
        yield Mailing(visitor.base_url)


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[ServerProcess]:
    """The service, as processes of its own."""
    with workers(environment, processes=2) as server:
        yield server
