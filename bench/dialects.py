"""The requests of each server for the same four operations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from bench.population import PASSWORD

JSON = "application/json"
NONE = "-"


@dataclass(frozen=True)
class Request:
    """A request as `lua/replay.lua` reads it.

    Attributes:
        method: its method.
        path: its path.
        header: one more header, as `Name: value`.
        content_type: the type of its body.
        body: its body.
        address: the client's address; by default any.
    """

    method: str
    path: str
    header: str = NONE
    content_type: str = NONE
    body: str = NONE
    address: str = NONE

    def line(self) -> str:
        """Return the line of the file that wrk replays."""
        head = (self.method, self.path, self.address, self.header, self.content_type)
        return "\t".join((*head, self.body))


@dataclass(frozen=True)
class Tokens:
    """The tokens of a login."""

    access: str
    refresh: str


def posted(path: str, body: object, header: str = NONE) -> Request:
    """Return a POST of JSON."""
    return Request("POST", path, header, JSON, json.dumps(body, separators=(",", ":")))


class Dialect:
    """The service's own requests, which the prototype and some floors take as well.

    Attributes:
        registered: the status of a registration.
        refresh_path: the endpoint for a refresh.
        rotates: whether a refresh token works only once.
        refresh_in: whether the refresh token is in the `body` or the `header`.
    """

    registered = 200
    refresh_path = "/refresh"
    rotates = True
    refresh_in = "body"

    def login(self, name: str) -> Request:
        """Log in."""
        return posted("/authenticate", {"username": name, "password": PASSWORD})

    def register(self, name: str) -> Request:
        """Register."""
        return posted("/register", {"username": name, "password": PASSWORD})

    def protected(self, access: str) -> Request:
        """Request the protected resource."""
        return Request("GET", "/protected", f"Authorization: Bearer {access}")

    def refresh(self, token: str) -> Request:
        """Refresh the tokens."""
        return posted(self.refresh_path, {"refresh_token": token})

    def tokens(self, answer: dict[str, Any]) -> Tokens:
        """Read the answer to a login."""
        return Tokens(answer["access_token"], answer.get("refresh_token", ""))


class FlaskJwtExtended(Dialect):
    """The refresh token is in the header, and does not change."""

    rotates = False

    def login(self, name: str) -> Request:
        """Log in."""
        return posted("/login", {"username": name, "password": PASSWORD})

    def refresh(self, token: str) -> Request:
        """Ask for another access token."""
        return Request("POST", self.refresh_path, f"Authorization: Bearer {token}")


class FlaskJwtRotating(FlaskJwtExtended):
    """The refresh token is in the header, and works only once."""

    refresh_path = "/rotate"
    rotates = True
    refresh_in = "header"


class FastapiUsers(Dialect):
    """Users are e-mail addresses; a login is a form."""

    registered = 201

    def login(self, name: str) -> Request:
        """Log in."""
        form = urlencode({"username": f"{name}@example.com", "password": PASSWORD}, quote_via=quote)
        return Request("POST", "/auth/jwt/login", NONE, "application/x-www-form-urlencoded", form)

    def register(self, name: str) -> Request:
        """Register."""
        return posted("/auth/register", {"email": f"{name}@example.com", "password": PASSWORD})


class FlaskSecurity(Dialect):
    """Users are e-mail addresses; the token has a header of its own."""

    refresh_path = "/refresh-token"

    def login(self, name: str) -> Request:
        """Log in."""
        body = {"email": f"{name}@example.com", "password": PASSWORD}
        return posted("/login?include_auth_token", body)

    def register(self, name: str) -> Request:
        """Register."""
        return posted("/register", {"email": f"{name}@example.com", "password": PASSWORD})

    def protected(self, access: str) -> Request:
        """Request the protected resource."""
        return Request("GET", "/protected", f"Authentication-Token: {access}")

    def tokens(self, answer: dict[str, Any]) -> Tokens:
        """Read the answer to a login."""
        user = answer["response"]["user"]
        return Tokens(user["authentication_token"], user["refresh_token"])
