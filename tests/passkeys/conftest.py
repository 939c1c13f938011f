"""Users and their passkeys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.passkeys.authenticator import Authenticator
from tests.support.actors import PASSWORD, Visitor


@dataclass
class Member:
    """Somebody who is logged in."""

    visitor: Visitor
    name: str
    tokens: dict[str, Any] = field(default_factory=dict)
    passkey_id: str = ""

    def log_in(self, password: str = PASSWORD) -> None:
        """Log in by the password."""
        self.tokens = self.visitor.log_in(self.name, password)

    def ask(self, method: str, path: str, **body: object) -> requests.Response:
        """Send a request with the access token; fresh tokens in the answer are kept."""
        headers = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        answer = self.visitor.send(method, path, headers=headers, json=body)
        if answer.ok and "refresh_token" in answer.json():
            self.tokens = answer.json()
        return answer

    def begin(self) -> dict[str, Any]:
        """Begin to add a passkey."""
        answer = self.ask("POST", "/me/passkeys/options")
        assert answer.status_code == 200, answer.text
        begun: dict[str, Any] = answer.json()
        return begun

    def add(self, device: Authenticator, **wrong: Any) -> requests.Response:  # noqa: ANN401
        """Add a passkey that the device makes."""
        begun = self.begin()
        made = device.create(begun["options"], **wrong)
        return self.ask("POST", "/me/passkeys", ceremony=begun["ceremony"], credential=made)

    def with_passkey(self, device: Authenticator) -> Member:
        """Begin and complete the addition of a passkey."""
        answer = self.add(device)
        assert answer.status_code == 200, answer.text
        self.passkey_id = answer.json()["id"]
        return self

    def require(self, *, passkeys: bool = True, **body: object) -> requests.Response:
        """Let logins by the password ask for a passkey, or not."""
        return self.ask("PUT", "/me/second-factor", passkeys=passkeys, **body)

    def factors(self) -> dict[str, Any]:
        """Return what the account has."""
        told: dict[str, Any] = self.ask("GET", "/me/factors").json()
        return told


NewMember = Callable[[], Member]


@pytest.fixture
def new_member(visitor: Visitor) -> NewMember:
    """Return what registers somebody and logs them in."""

    def register() -> Member:
        member = Member(visitor, visitor.new_user())
        member.log_in()
        return member

    return register


@pytest.fixture
def member(new_member: NewMember) -> Member:
    """Somebody who is logged in."""
    return new_member()


@pytest.fixture
def device() -> Authenticator:
    """An authenticator with a signature counter and user verification."""
    return Authenticator()


def challenge(visitor: Visitor, token: str | None = None, **body: str) -> dict[str, Any]:
    """Ask for a passkey."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = visitor.send("POST", "/authenticate/passkey/options", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    asked: dict[str, Any] = answer.json()
    return asked


def answer_of(device: Authenticator, asked: dict[str, Any], **wrong: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what a device answers, as requests take it."""
    return {"ceremony": asked["ceremony"], "credential": device.get(asked["options"], **wrong)}


def log_in_alone(visitor: Visitor, device: Authenticator, **wrong: Any) -> requests.Response:  # noqa: ANN401
    """Log in by a passkey alone."""
    return visitor.post("/authenticate/passkey", answer_of(device, challenge(visitor), **wrong))


def log_in_with_both(member: Member, device: Authenticator, password: str = PASSWORD) -> Any:  # noqa: ANN401
    """Log in by password and passkey in one request."""
    shown = answer_of(device, challenge(member.visitor))
    body = {"username": member.name, "password": password, "passkey": shown}
    return member.visitor.post("/authenticate", body)
