"""What is measured, as the rounds see it: a running server, or the hash by itself."""

from __future__ import annotations

import json
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

import requests

from bench import wrk
from bench.contenders import AUTHENTICATE, PROCESSES, PROTECTED, REFRESH, REGISTER, Contender
from bench.dialects import Request, Tokens
from bench.places import REQUESTS, ROOT
from bench.population import name
from bench.processes import Server, free_port, settle, started, weigh
from bench.wrk import Figures, Load

CONNECTIONS = 16
TOKENS = 32
"""How many users are logged in for a measurement: more than there are connections."""

_LOGINS = 2000
_REGISTRATIONS_A_SECOND = 600
_TOKENS_FRESH = 240.0  # seconds; every contender's access tokens live longer
_TOGETHER = 4


class Subject(Protocol):
    """Something that can be measured."""

    @property
    def name(self) -> str:
        """What the tables call it."""
        ...

    @property
    def endpoints(self) -> tuple[str, ...]:
        """What it can be asked for."""
        ...

    def measure(self, endpoint: str, seconds: float, warm_up: float) -> Figures:
        """Load it and say how it did."""
        ...

    def memory(self) -> dict[str, float] | None:
        """Return what a worker weighs in MiB, if it has workers."""
        ...


class WrongAnswer(Exception):
    """A contender does not do what it is measured for."""


class Served:
    """A contender's running server."""

    def __init__(self, contender: Contender, server: Server) -> None:
        self.name = contender.name
        self.endpoints = contender.endpoints
        self._contender = contender
        self._dialect = contender.dialect
        self.server = server
        self._protected: tuple[float, list[Tokens]] = (-_TOKENS_FRESH, [])
        self._files = REQUESTS / secrets.token_hex(4)

    def check(self) -> None:
        """Ask for each thing once.

        Raises:
            WrongAnswer: when the answer is not what it should be.
        """
        for endpoint in self.endpoints:
            if endpoint == REGISTER:
                self._send(self._dialect.register(_new_name()), self._dialect.registered)
            elif endpoint == AUTHENTICATE:
                self._send(self._dialect.login(name(0)), 200)
            elif endpoint == PROTECTED:
                answer = self._send(self._dialect.protected(self._some_access()), 200)
                if b"Hello, user" not in answer:
                    raise WrongAnswer(f"{self.name}: {answer[:200]!r}")
            else:
                self._send(self._dialect.refresh(self._log_in(1)[0].refresh), 200)

    def measure(self, endpoint: str, seconds: float, warm_up: float) -> Figures:
        """Warm up, then measure."""
        if endpoint == PROTECTED and warm_up:  # its answers are not looked at one by one
            self._run(endpoint, warm_up, 0)
        seconds *= self._contender.patience
        return self._run(endpoint, seconds, 0 if endpoint == PROTECTED else warm_up)

    def _run(self, endpoint: str, seconds: float, warm_up: float) -> Figures:
        load = self._load(endpoint, seconds + warm_up, warm_up)
        settle(self.server)
        figures = wrk.run(self.server.base_url, load, seconds + warm_up)
        settle(self.server)
        return figures

    def memory(self) -> dict[str, float]:
        """Return what a worker weighs in MiB."""
        return weigh(self.server)

    def _load(self, endpoint: str, seconds: float, warm_up: float) -> Load:
        if endpoint == PROTECTED:
            return self._replay(endpoint, self._all_protected(), "again", 0, 0)
        if endpoint == REFRESH:
            tokens = [found.refresh for found in self._log_in(TOKENS)]
            if not self._dialect.rotates:
                return self._replay(
                    endpoint, map(self._dialect.refresh, tokens), "again", 200, warm_up
                )
            file = self._write(endpoint, tokens)
            return Load("refresh", [file, self._dialect.refresh_path, str(warm_up)], CONNECTIONS)
        if endpoint == AUTHENTICATE:
            users = random.choices(range(self._contender.users), k=_LOGINS)  # noqa: S311
            logins = (self._dialect.login(name(user)) for user in users)
            return self._replay(endpoint, logins, "again", 200, warm_up)
        count = round(_REGISTRATIONS_A_SECOND * max(1, seconds))
        new = (self._dialect.register(_new_name()) for _ in range(count))
        return self._replay(endpoint, new, "once", self._dialect.registered, warm_up)

    def _replay(
        self, endpoint: str, sent: Iterable[Request], how: str, status: int, warm_up: float
    ) -> Load:
        file = self._write(endpoint, (request.line() for request in sent))
        return Load("replay", [file, how, str(status), str(warm_up)], CONNECTIONS)

    def _write(self, endpoint: str, lines: Iterable[str]) -> str:
        self._files.mkdir(parents=True, exist_ok=True)
        file = self._files / f"{endpoint}.txt"
        file.write_text("".join(f"{line}\n" for line in lines))
        return str(file)

    def _all_protected(self) -> list[Request]:
        return [self._dialect.protected(tokens.access) for tokens in self._logged_in()]

    def _some_access(self) -> str:
        return self._logged_in()[0].access

    def _logged_in(self) -> list[Tokens]:
        """Return users' tokens, fresh enough for one more measurement."""
        since, tokens = self._protected
        if not self._contender.wants_token:
            return [Tokens("none", "none")]
        if time.monotonic() - since > _TOKENS_FRESH:
            tokens = self._log_in(TOKENS)
            self._protected = (time.monotonic(), tokens)
        return tokens

    def _log_in(self, count: int) -> list[Tokens]:
        users = random.sample(range(self._contender.users), count)
        with ThreadPoolExecutor(_TOGETHER) as pool:
            answers = pool.map(lambda user: self._send(self._dialect.login(name(user)), 200), users)
            return [self._dialect.tokens(json.loads(answer)) for answer in answers]

    def _send(self, request: Request, expected: int) -> bytes:
        headers = {"Accept": "application/json", "X-Forwarded-For": "10.1.0.1"}
        if request.header != "-":
            key, _, value = request.header.partition(": ")
            headers[key] = value
        if request.body != "-":
            headers["Content-Type"] = request.content_type
        answer = requests.request(
            request.method,
            self.server.base_url + request.path,
            data=request.body if request.body != "-" else None,
            headers=headers,
            timeout=30,
            allow_redirects=False,
        )
        if answer.status_code != expected:
            what = f"{request.method} {request.path} was answered {answer.status_code}"
            raise WrongAnswer(f"{self.name}: {what}: {answer.text[:300]}")
        return answer.content


class HashAlone:
    """The password hash with no server around it, in as many processes as the servers have."""

    name = "hash alone"
    endpoints = (AUTHENTICATE,)

    def measure(self, endpoint: str, seconds: float, warm_up: float) -> Figures:
        """Verify as often as this machine can; it warms up by itself."""
        command = [sys.executable, "-m", "bench.floors.hash_alone", "--seconds", str(seconds)]
        command += ["--processes", str(PROCESSES), "--threads", "2"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
        found = json.loads(done.stdout)
        return Figures(
            rate=found["count"] / found["seconds"],
            p50_ms=found["p50_ms"],
            p95_ms=found["p95_ms"],
            p99_ms=found["p99_ms"],
            requests=found["count"],
            errors={},
        )

    def memory(self) -> None:
        """Have no workers."""


@contextmanager
def serving(contender: Contender) -> Iterator[Served]:
    """Start a contender, and make sure that it does its work.

    Raises:
        WrongAnswer: when it does not.
    """
    port = free_port()
    command, environment = contender.command(port), contender.environment
    with started(contender.name, command, port, environment, contender.alive) as server:
        served = Served(contender, server)
        served.check()
        yield served


def _new_name() -> str:
    """Return a user name that nobody has."""
    return f"new-{secrets.token_hex(10)}"
