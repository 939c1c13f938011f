"""Calls the WSGI application directly, without a server; every answer must be a 200."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask

from bench.population import PASSWORD


class Caller:
    """Calls a WSGI application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._number = 0

    def call(self, method: str, path: str, body: object = None, token: str = "") -> dict[str, Any]:
        """Return the JSON of an answer, which must be a success."""
        statuses: list[str] = []

        def start_response(status: str, *_: object) -> Callable[[bytes], object]:
            statuses.append(status)
            return bytes

        environ = self._environ(method, path, body, token)
        raw = b"".join(self._app(environ, cast(StartResponse, start_response)))
        if not statuses[0].startswith("200"):
            raise SystemExit(f"{method} {path} was answered {statuses[0]}: {raw!r}")
        answer: dict[str, Any] = json.loads(raw)
        return answer

    def _environ(self, method: str, path: str, body: object, token: str) -> WSGIEnvironment:
        self._number += 1
        raw = b"" if body is None else json.dumps(body).encode()
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": f"10.{self._number >> 16 & 255}.{self._number >> 8 & 255}."
            f"{self._number & 255}",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_USER_AGENT": "bench",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(raw),
            "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if raw:
            environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(raw))}
        if token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return environ


class Requests:
    """The requests that are profiled; each can be repeated."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._users = [f"user{number}" for number in range(8)]
        self._registered = 0
        for user in self._users:
            caller.call("POST", "/register", {"username": user, "password": PASSWORD})
        self._tokens = self.authenticate()

    def protected(self) -> object:
        """Request the protected resource."""
        return self._caller.call("GET", "/protected", token=self._tokens["access_token"])

    def refresh(self) -> object:
        """Refresh the tokens."""
        body = {"refresh_token": self._tokens["refresh_token"]}
        self._tokens = self._caller.call("POST", "/refresh", body)
        return self._tokens

    def authenticate(self) -> dict[str, Any]:
        """Log in the users in turn."""
        self._users.append(self._users.pop(0))
        body = {"username": self._users[0], "password": PASSWORD}
        return self._caller.call("POST", "/authenticate", body)

    def register(self) -> object:
        """Register a new user."""
        self._registered += 1
        body = {"username": f"new{self._registered}", "password": PASSWORD}
        return self._caller.call("POST", "/register", body)
