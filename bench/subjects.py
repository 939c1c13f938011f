"""The subjects of measurements: a running server, or the hash alone."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from bench import busy, wrk
from bench.client import TOKENS, Client, new_name
from bench.contenders import AUTHENTICATE, PROTECTED, REFRESH, Contender
from bench.dialects import Request
from bench.layouts import Layout, on
from bench.logins import everybody, regulars
from bench.places import REQUESTS, ROOT
from bench.processes import Server, free_port, settle, started, weigh
from bench.wrk import Figures, Load

CONNECTIONS = 16
_DEAR_CONNECTIONS = 4  # for each core: more hashes at once would end together, after seconds
_DEAR_FACTOR = 2.0
_REGISTRATIONS_A_SECOND = 600


class Subject(Protocol):
    """Something that can be measured."""

    @property
    def name(self) -> str:
        """Its name in the tables."""
        ...

    @property
    def endpoints(self) -> tuple[str, ...]:
        """Its endpoints."""
        ...

    @property
    def rounds(self) -> int | None:
        """The number of its rounds; None for all."""
        ...

    def measure(self, endpoint: str, seconds: float, warm_up: float) -> Figures:
        """Load it, and return the measurement."""
        ...

    def memory(self) -> dict[str, float] | None:
        """Return the memory of a worker in MiB, if it has workers."""
        ...


class Served:
    """A running server."""

    def __init__(self, contender: Contender, server: Server, layout: Layout) -> None:
        self.name = contender.name
        self.endpoints = contender.endpoints
        self.rounds = contender.rounds
        self._contender = contender
        self._cores = len(layout.service)
        few = min(CONNECTIONS, _DEAR_CONNECTIONS * self._cores)
        self._connections = few if contender.dear else CONNECTIONS
        self._regulars = regulars(contender.users)
        self._to_meet = self._regulars if contender.knows_places else []
        self._dialect = contender.dialect
        self.server = server
        self.client = Client(contender, server.base_url)
        self._files = REQUESTS / secrets.token_hex(4)

    def measure(self, endpoint: str, seconds: float, warm_up: float) -> Figures:
        """Warm up, then measure."""
        if endpoint == PROTECTED and warm_up:  # its answers are not looked at one by one
            self._run(endpoint, warm_up, 0)
        seconds *= _DEAR_FACTOR if self._contender.dear else 1.0
        return self._run(endpoint, seconds, 0 if endpoint == PROTECTED else warm_up)

    def _run(self, endpoint: str, seconds: float, warm_up: float) -> Figures:
        load = self._load(endpoint, seconds + warm_up, warm_up)
        settle(self.server)
        base_url, whole = self.server.base_url, seconds + warm_up
        figures, part = busy.during(
            self.server, self._cores, lambda: wrk.run(base_url, load, whole)
        )
        settle(self.server)
        each = part * self._cores * 1000 / figures.rate if figures.rate else None
        return replace(figures, busy=part, core_ms=each)

    def memory(self) -> dict[str, float]:
        """Return the memory of a worker in MiB."""
        return weigh(self.server)

    def _load(self, endpoint: str, seconds: float, warm_up: float) -> Load:
        if endpoint == PROTECTED:
            sent = [self._dialect.protected(tokens.access) for tokens in self.client.tokens()]
            return self._replay(endpoint, sent, "again", 0, 0)
        if endpoint == REFRESH:
            tokens = [found.refresh for found in self.client.log_in(TOKENS)]
            if not self._dialect.rotates:
                return self._replay(
                    endpoint, map(self._dialect.refresh, tokens), "again", 200, warm_up
                )
            path, place = self._dialect.refresh_path, self._dialect.refresh_in
            file = self._write(endpoint, tokens)
            return Load("refresh", [file, path, place, str(warm_up)], self._connections)
        if endpoint == AUTHENTICATE:
            self._meet_regulars()
            users = everybody(self._regulars, self._contender.users)
            return self._replay(endpoint, map(self.client.login_of, users), "again", 200, warm_up)
        count = round(_REGISTRATIONS_A_SECOND * max(1, seconds))
        new = (self._dialect.register(new_name()) for _ in range(count))
        return self._replay(endpoint, new, "once", self._dialect.registered, warm_up)

    def _meet_regulars(self) -> None:
        """Log in each regular user once, so that their networks are known."""
        self.client.log_in_as(self._to_meet)
        self._to_meet = []

    def _replay(
        self, endpoint: str, sent: Iterable[Request], how: str, status: int, warm_up: float
    ) -> Load:
        file = self._write(endpoint, (request.line() for request in sent))
        return Load("replay", [file, how, str(status), str(warm_up)], self._connections)

    def _write(self, endpoint: str, lines: Iterable[str]) -> str:
        self._files.mkdir(parents=True, exist_ok=True)
        file = self._files / f"{endpoint}.txt"
        file.write_text("".join(f"{line}\n" for line in lines))
        return str(file)


class HashAlone:
    """The password hash without a server, in as many processes as servers have."""

    name = "hash alone"
    endpoints: tuple[str, ...] = (AUTHENTICATE,)
    rounds: int | None = None

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def measure(self, endpoint: str, seconds: float, warm_up: float) -> Figures:
        """Verify as often as possible; a warm-up is included."""
        command = [sys.executable, "-m", "bench.floors.hash_alone", "--seconds", str(seconds)]
        command += ["--processes", str(self._layout.processes), "--threads", "2"]
        with on(self._layout.service):
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
        """Return None: there are no workers."""


@contextmanager
def serving(contender: Contender, layout: Layout) -> Iterator[Served]:
    """Start a server, and check its answers.

    Raises:
        WrongAnswer: when it does not.
    """
    port = free_port()
    command, environment = contender.command(port, layout.processes), contender.environment
    log = f"{contender.name} {contender.endpoints[0]}"
    alive, cores, folder = contender.alive, layout.service, contender.folder
    with started(log, command, port, environment, alive, cores, folder) as server:
        served = Served(contender, server, layout)
        served.client.check()
        yield served
