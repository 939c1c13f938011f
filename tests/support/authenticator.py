"""An authenticator app (TOTP) for tests, and a user with one."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from tests.support.actors import PASSWORD, Visitor
from tests.support.clock import MovedClock

STEP = 30


def code_at(secret: str, moment: datetime | int) -> str:
    """Return the code of a moment, or of seconds since 1970 (RFC 4226, 5.3; RFC 6238, 4.2)."""
    seconds = moment if isinstance(moment, int) else int(moment.timestamp())
    key = base64.b32decode(secret)
    digest = hmac.digest(key, (seconds // STEP).to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


@dataclass
class Owner:
    """A user who is logged in, and has an authenticator app once `enrol` was called."""

    visitor: Visitor
    clock: MovedClock
    name: str = ""
    secret: str = ""
    recovery: list[str] = field(default_factory=list)
    tokens: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.name = self.name or self.visitor.new_user()
        self.tokens = self.visitor.log_in(self.name)

    @property
    def headers(self) -> dict[str, str]:
        """The header with the access token."""
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def ask(self, method: str, path: str, **body: object) -> requests.Response:
        """Send a request with the access token; `body` becomes JSON, if it is not empty."""
        return self.visitor.send(method, path, headers=self.headers, json=body or None)

    def begin(self) -> str:
        """Begin the enrolment; return the secret."""
        answer = self.ask("POST", "/me/totp")
        assert answer.status_code == 200, answer.text
        self.secret = answer.json()["secret"]
        return self.secret

    def enrol(self) -> Owner:
        """Turn the authenticator app on."""
        self.begin()
        answer = self.ask("POST", "/me/totp/confirm", code=self.next_code())
        assert answer.status_code == 200, answer.text
        self.recovery = answer.json()["recovery_codes"]
        self.tokens = answer.json()
        return self

    def next_code(self) -> str:
        """Move the clock to the next time step, and return its code, which is unused."""
        self.clock.move(seconds=STEP)
        return self.code()

    def code(self, steps: int = 0) -> str:
        """Return the app's code, so many time steps ahead."""
        return code_at(self.secret, int(self.clock().timestamp()) + steps * STEP)

    def wrong_code(self) -> str:
        """Return six digits that the app does not show within 11 minutes."""
        near = {self.code(steps) for steps in range(-22, 23)} if self.secret else set()
        return next(code for code in map("{:06}".format, range(50)) if code not in near)

    def first_step(self, password: str = PASSWORD) -> requests.Response:
        """Log in with the password alone."""
        return self.visitor.authenticate(self.name, password)

    def mfa_token(self) -> str:
        """Log in with the password; return the `mfa_token` of the answer."""
        answer = self.first_step()
        assert answer.status_code == 401, answer.text
        token: str = answer.json()["mfa_token"]
        return token

    def second_step(self, code: str, token: str | None = None, **headers: str) -> requests.Response:
        """Take the second step of a new login, or of the one with that token."""
        body = {"mfa_token": token or self.mfa_token(), "code": code}
        return self.visitor.post("/authenticate/second", body, headers or None)

    def log_in(self, code: str | None = None) -> requests.Response:
        """Log in with the password and a code at once."""
        body = {"username": self.name, "password": PASSWORD, "code": code or self.next_code()}
        return self.visitor.post("/authenticate", body)
