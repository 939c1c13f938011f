"""The examples of resource servers, each as a process beside the service."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from flask import Flask

from authapi.core.secrets import Secret
from authapi.settings import Settings
from authapi.tokens import jwks
from tests.extension.gate import Gate
from tests.support.actors import Visitor
from tests.support.apps import served
from tests.support.servers import ROOT, clean_environment, free_port, stop
from tests.support.tools import node
from tests.support.waiting import DEADLINE, until

KEYS = [jwks.generate(algorithm, f"key-{algorithm}") for algorithm in jwks.ALGORITHMS]
EXAMPLES = ROOT / "examples"
PROGRAMS = ("flask", "fastapi", "django", "node", "express")


def command_of(program: str, port: int) -> list[str]:
    """Return how an example is started, as its first lines say."""
    python = [sys.executable, "-m"]
    if program == "flask":
        return [*python, "flask", "--app", "resource_server", "run", "--port", str(port)]
    if program == "fastapi":
        return [*python, "uvicorn", "resource_server_fastapi:app", "--port", str(port)]
    if program == "django":
        runserver = ["runserver", "--noreload", str(port)]
        return [sys.executable, "resource_server_django.py", *runserver]
    if program == "express":
        installed = (ROOT / "node_modules" / "express").exists()
        assert installed, "Express is not installed: `make test` does it, or `npm ci`"
        return [node(), "resource-server-express.js"]
    return [node(), "resource-server.js"]


@dataclass(frozen=True)
class Pair:
    """The service, and a resource server that accepts its tokens."""

    app: Flask
    visitor: Visitor
    gate: Gate
    orders: str

    def ask(self, token: str | None) -> requests.Response:
        """Send a request to the resource server."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return requests.get(self.orders, headers=headers, timeout=DEADLINE)


@contextmanager
def giving(settings: Settings, keys: list[dict[str, Any]]) -> Iterator[tuple[Flask, Visitor]]:
    """Serve the service, which signs by the first of the keys."""
    apps: list[Flask] = []
    value = Secret(json.dumps({"keys": keys}))
    with served(replace(settings, jwt_keys=value), prepare=apps.append) as visitor:
        yield apps[0], visitor


@contextmanager
def believing(program: str, settings: Settings, cooldown: str) -> Iterator[Pair]:
    """Start an example beside a service with keys of each kind, with a gate between them."""
    port = free_port()
    with giving(settings, KEYS) as (app, visitor), ExitStack() as stack:
        gate = Gate(port_of(visitor))
        gate.start()
        stack.callback(gate.stop)
        told = {"AUTH_URL": gate.address, "PORT": str(port), "KEYS_COOLDOWN_SECONDS": cooldown}
        process = subprocess.Popen(
            command_of(program, port),
            cwd=EXAMPLES,
            env=clean_environment(told),
            text=True,
            start_new_session=True,
        )
        stack.callback(stop, process)
        until(lambda: _listens(process, port), what="the example answers")
        yield Pair(app, visitor, gate, f"http://127.0.0.1:{port}/orders")


def port_of(visitor: Visitor) -> int:
    """Return where a service listens."""
    return urlsplit(visitor.base_url).port or 0


def _listens(process: subprocess.Popen[str], port: int) -> bool:
    assert process.poll() is None, "the example has ended"
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def signed(claims: dict[str, Any], key: dict[str, Any], typ: str = "at+jwt") -> str:
    """Return a token that one of the keys signed."""
    private = jwks.signing_keys([key])[0].private
    headers = {"typ": typ, "kid": key["kid"]}
    return jwt.encode(claims, private, algorithm=key["alg"], headers=headers)


def good_claims() -> dict[str, Any]:
    """Return what a good token may say."""
    now = int(datetime.now(UTC).timestamp())
    mine = {"iss": "authapi", "aud": "authapi", "sub": "ann", "uid": "u1", "jti": "t1"}
    return {**mine, "iat": now, "exp": now + 900}
