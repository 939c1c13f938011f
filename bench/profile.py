"""Where the processor time of a request goes: `python -m bench.profile`.

One process calls the WSGI application directly, on a real embedded database. The cost of a request
is its processor time, measured bare; samples taken meanwhile say on whose behalf it was spent. The
database server's own time is not in it: it is another process.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from pymongo import monitoring

from authapi import create_app
from authapi.embedded import ensure_running
from authapi.settings import Settings
from bench.accounting import Account, account, function_name, group_of

PASSWORD = "correct horse battery"
SECRET = "for-the-profile-0123456789-abcdefghijklmnopqrstuvwxyz"
OWN = ("authapi", "logging")


class Commands(monitoring.CommandListener):
    """Counts what is asked of the database."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Count a command by name and collection."""
        name = event.command_name
        self.seen[f"{name} {event.command.get(name)}" if name != "ping" else name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Do nothing."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Do nothing."""


class Caller:
    """Calls a WSGI application with one kind of request after the other, with no client between."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._number = 0

    def call(self, method: str, path: str, body: object = None, token: str = "") -> dict[str, Any]:
        """Return the JSON of an answer that has to be a success."""
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


class Deeds:
    """The requests that are looked at; each succeeds however often it is repeated."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._users = [f"user{number}" for number in range(8)]
        self._registered = 0
        for user in self._users:
            caller.call("POST", "/register", {"username": user, "password": PASSWORD})
        self._tokens = self.authenticate()

    def protected(self) -> object:
        """Open what is protected."""
        return self._caller.call("GET", "/protected", token=self._tokens["access_token"])

    def refresh(self) -> object:
        """Trade a refresh token."""
        body = {"refresh_token": self._tokens["refresh_token"]}
        self._tokens = self._caller.call("POST", "/refresh", body)
        return self._tokens

    def authenticate(self) -> dict[str, Any]:
        """Log one user after the other in."""
        self._users.append(self._users.pop(0))
        body = {"username": self._users[0], "password": PASSWORD}
        return self._caller.call("POST", "/authenticate", body)

    def register(self) -> object:
        """Register somebody new."""
        self._registered += 1
        body = {"username": f"new{self._registered}", "password": PASSWORD}
        return self._caller.call("POST", "/register", body)


def table(name: str, found: Account, commands: Counter[str], functions: int) -> str:
    """Return the account of one request as text."""
    whole = found.cpu + found.hashing
    lines = [
        f"{name}: {whole:.0f} µs of processor time, {found.wall:.0f} µs in all"
        f" ({found.requests} requests, {found.samples.groups.total()} samples)"
    ]
    lines += [_line(part, whole, group) for group, part in found.by_group().items()]
    lines += [
        f"  database: {count / found.requests / 2:.2f} {what}"
        for what, count in sorted(commands.items())
    ]
    lines += ["  functions of ours, with what they call:"]
    lines += _functions(found, whole, functions, lambda group: group in OWN)
    lines += ["  functions of the libraries, with what they call:"]
    lines += _functions(
        found, whole, functions, lambda group: group not in (*OWN, "the caller", None)
    )
    return "\n".join(lines)


def _functions(
    found: Account, whole: float, limit: int, wanted: Callable[[str | None], bool]
) -> list[str]:
    chosen = [
        _line(found.part(count), whole, function_name(path, function))
        for (path, function), count in found.samples.functions.most_common()
        if wanted(group_of(path))
    ]
    return chosen[:limit]


def _line(part: float, whole: float, what: str) -> str:
    return f"  {part:8.0f} µs  {part / whole:6.1%}  {what}"


def main() -> None:
    """Profile the chosen requests and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=4.0, help="processor time for each, bare and sampled"
    )
    parser.add_argument("--log-level", default="INFO", help="LOG_LEVEL; the log goes to /dev/null")
    parser.add_argument("--functions", type=int, default=30, help="how many functions to list")
    names = ("protected", "refresh", "authenticate", "register")
    parser.add_argument("--only", choices=names, action="append", help="which request")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as null:
        commands = Commands()
        monitoring.register(commands)
        settings = Settings.from_environ(environment(Path(folder), options.log_level))
        with redirect_stderr(null):
            app = create_app(settings)
            deeds = Deeds(Caller(app))
            for name in options.only or names:
                deed: Callable[[], object] = getattr(deeds, name)
                for _ in range(10):
                    deed()
                commands.seen.clear()
                found = account(deed, options.seconds)
                print(table(f"/{name}", found, commands.seen, options.functions), end="\n\n")
            app.extensions["authapi.services"].database.close()


def environment(folder: Path, log_level: str) -> dict[str, str]:
    """Return a production service's environment, with limits that are counted and not met."""
    return {
        "JWT_SECRET": SECRET,
        "MONGO_URI": ensure_running(folder / "mongo"),
        "LIMIT_LOGIN_FAILURES": "1000/second",
        "LIMIT_LOGIN_FAILURES_PER_ADDRESS": "1000/second",
        "LOG_LEVEL": log_level,
    }


if __name__ == "__main__":
    main()
