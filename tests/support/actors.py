"""A client of the service for tests."""

from __future__ import annotations

import itertools
import secrets
from typing import Any

import requests

from tests.support.waiting import DEADLINE

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def fresh_name() -> str:
    """Return a user name that was not used before."""
    return f"user{next(_numbers)}-{secrets.token_hex(4)}"


def error_code(response: requests.Response) -> tuple[int, str]:
    """Return the status and the code of an error, whose form is checked."""
    body = response.json()
    assert body["status"] == "error"
    assert isinstance(body["message"], str)
    assert body["message"]
    return response.status_code, body["code"]


class Visitor:
    """A client of the service at `base_url`; `forwarded_for` is the address that a proxy adds."""

    def __init__(self, base_url: str, forwarded_for: str | None = None) -> None:
        self.base_url = base_url
        self._http = requests.Session()
        if forwarded_for is not None:
            self._http.headers["X-Forwarded-For"] = forwarded_for

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def send(self, method: str, path: str, **request: Any) -> requests.Response:  # noqa: ANN401
        """Send any request; nothing is raised for a 4xx or 5xx."""
        request.setdefault("timeout", DEADLINE)
        return self._http.request(method, self.base_url + path, allow_redirects=False, **request)

    def post(
        self, path: str, body: object, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """POST `body` as JSON."""
        return self.send("POST", path, json=body, headers=headers)

    def register(
        self, username: str, password: str = PASSWORD, key: str | None = None
    ) -> requests.Response:
        """Register a user."""
        return self.post("/register", {"username": username, "password": password}, _key(key))

    def authenticate(self, username: str, password: str = PASSWORD) -> requests.Response:
        """Log in."""
        return self.post("/authenticate", {"username": username, "password": password})

    def refresh(self, refresh_token: str, key: str | None = None) -> requests.Response:
        """Refresh the tokens."""
        return self.post("/refresh", {"refresh_token": refresh_token}, _key(key))

    def log_out(self, refresh_token: str) -> requests.Response:
        """End a session."""
        return self.post("/logout", {"refresh_token": refresh_token})

    def protected(self, access_token: str | None = None) -> requests.Response:
        """Request the protected resource."""
        headers = {"Authorization": f"Bearer {access_token}"} if access_token is not None else {}
        return self.send("GET", "/protected", headers=headers)

    def new_user(self, password: str = PASSWORD) -> str:
        """Register a user with a fresh name, and return the name."""
        name = fresh_name()
        answer = self.register(name, password)
        assert answer.status_code == 200, answer.text
        return name

    def log_in(self, username: str | None = None, password: str = PASSWORD) -> dict[str, Any]:
        """Log in a user, by default a new one, and return the tokens."""
        answer = self.authenticate(username or self.new_user(password), password)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


def _key(key: str | None) -> dict[str, str] | None:
    return {"Idempotency-Key": key} if key is not None else None
