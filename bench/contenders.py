"""The servers that are measured: their commands, environments and endpoints."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import databases
from bench.dialects import (
    Dialect,
    FastapiUsers,
    FlaskJwtExtended,
    FlaskJwtRotating,
    FlaskSecurity,
)
from bench.places import ROOT
from bench.seed import SECRET

THREADS = 8
PROTECTED, REFRESH, AUTHENTICATE, REGISTER = "protected", "refresh", "authenticate", "register"
ENDPOINTS = (PROTECTED, REFRESH, AUTHENTICATE, REGISTER)
SAME, OWN = "same", "own"
OURS = "authapi"
ROTATING = "Flask-JWT-Extended, rotating"
PEER_USERS = 1000
_FEW = 2  # rounds for servers without a goal

Command = Callable[[int, int], list[str]]
"""Returns a command line for a port and a number of processes."""


@dataclass(frozen=True)
class Contender:
    """A server that is measured.

    Attributes:
        name: its name in the tables.
        command: its command line.
        environment: its environment variables.
        endpoints: the endpoints that are measured.
        module: the module that has its `app`.
        dialect: the form of its requests and answers.
        users: the number of its users.
        alive: the path of its health check.
        asgi: whether it is an ASGI application.
        wants_token: whether `/protected` needs a token; a floor's does not.
        dear: whether its hash is so slow that it is measured longer, with fewer connections.
        rounds: the number of its rounds; None for all.
        knows_places: whether it stores the networks that users logged in from.
        folder: the folder of its code.
    """

    name: str
    command: Command
    environment: Mapping[str, str]
    endpoints: tuple[str, ...]
    module: str
    dialect: Dialect = field(default_factory=Dialect)
    users: int = 1000
    alive: str = "/healthz"
    asgi: bool = False
    wants_token: bool = True
    dear: bool = False
    rounds: int | None = None
    knows_places: bool = False
    folder: Path = ROOT


def granian(target: str) -> Command:
    """Return the command of granian, the same for ours, for floors and for peers."""
    return lambda port, processes: [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"),
        *("--workers", str(processes), "--blocking-threads", str(THREADS), target),
    ]


def gunicorn(target: str) -> Command:
    """Return the command of gunicorn with threads."""
    return lambda port, processes: [
        *(sys.executable, "-m", "gunicorn", "-k", "gthread", "-b", f"127.0.0.1:{port}"),
        *("--log-level", "warning", "-w", str(processes), "--threads", str(THREADS), target),
    ]


def waitress(_target: str) -> Command:
    """Return the command of waitress; see `bench.waitress_workers`."""
    return lambda port, processes: [
        *(sys.executable, "-m", "bench.waitress_workers"),
        *(str(port), str(processes), str(THREADS)),
    ]


def uvicorn(target: str) -> Command:
    """Return the command of uvicorn."""
    return lambda port, processes: [
        *(sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(processes), "--no-access-log", "--log-level", "warning", target),
    ]


def ours(
    users: int,
    name: str = OURS,
    serve: Callable[[str], Command] = granian,
    endpoints: tuple[str, ...] = ENDPOINTS,
) -> Contender:
    """Return the service with production's settings: limits, audit trail, `sync`.

    wrk sends another client's address in each request, as a proxy does, so no limit is reached.
    """
    environment = {
        "JWT_SECRET": SECRET,
        "MONGO_URI": databases.uri(users),
        "TRUSTED_PROXIES": "1",
        "MONGO_TIMEOUT_MS": "60000",  # the others wait as long for a slow database
        "LOG_LEVEL": "WARNING",  # no server writes an access log here
    }
    return Contender(
        name, serve("wsgi:app"), environment, endpoints, "wsgi", users=users, knows_places=True
    )


def direct(users: int) -> Contender:
    """Return the service without a proxy, for endpoints that have no limit."""
    proxied = ours(users, endpoints=(PROTECTED,))
    return replace(proxied, environment={**proxied.environment, "TRUSTED_PROXIES": "0"})


def lean(users: int, name: str) -> Contender:
    """Return the service without limits and audit trail, which its peers do not have."""
    whole = ours(users, name, endpoints=(AUTHENTICATE, REGISTER))
    told = {**whole.environment, "LIMITS": "off", "AUDIT_DAYS": "0"}
    return replace(whole, environment=told, knows_places=False)


def floor(name: str, module: str, *endpoints: str, alive: str = "/healthz") -> Contender:
    """Return a floor: the least that a route can cost (see `bench.floors`)."""
    target = f"bench.floors.{module}"
    environment = {"MONGO_URI": databases.uri(PEER_USERS)}
    return Contender(
        name,
        granian(f"{target}:app"),
        environment,
        endpoints,
        target,
        alive=alive,
        wants_token=False,
    )


PEERS: dict[str, tuple[str, Dialect, tuple[str, ...], bool]] = {
    "FastAPI tutorial": ("fastapi_tutorial", Dialect(), ENDPOINTS, True),
    "fastapi-users": (
        "fastapi_users_beanie",
        FastapiUsers(),
        (PROTECTED, AUTHENTICATE, REGISTER),
        True,
    ),
    "Flask-JWT-Extended": ("flask_jwt_extended", FlaskJwtExtended(), ENDPOINTS, False),
    ROTATING: ("flask_jwt_extended_rotating", FlaskJwtRotating(), (REFRESH,), False),
    "Flask-Security": ("flask_security_mongoengine", FlaskSecurity(), ENDPOINTS, False),
}


def peer(name: str, which_hash: str = SAME) -> Contender:
    """Return a peer, after storing its users.

    Raises:
        CalledProcessError: they cannot be stored.
    """
    module, dialect, endpoints, asgi = PEERS[name]
    environment = {
        "MONGO_URI": databases.uri(PEER_USERS),
        "MONGO_DATABASE": f"peer_{module}_{which_hash}",
        "PEER_HASH": which_hash,
    }
    seeding = [sys.executable, "-m", "bench.peers.seed", module, str(PEER_USERS)]
    subprocess.run(seeding, cwd=ROOT, env={**os.environ, **environment}, check=True)  # noqa: S603
    target = f"bench.peers.{module}"
    serve = uvicorn if asgi else granian
    served = Contender(
        name, serve(f"{target}:app"), environment, endpoints, target, dialect, PEER_USERS, asgi=asgi
    )
    if which_hash == SAME:
        return served
    hashing = (AUTHENTICATE, REGISTER)
    own = f"{name}, own hash"
    return replace(served, name=own, endpoints=hashing, dear=True, rounds=_FEW)
