"""Clients that use the service without a pause, and the outcome of each request."""

from __future__ import annotations

import http.client
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType
from urllib.parse import urlsplit

from authapi.server.drain import SILENCE_SECONDS
from tests.support.waiting import DEADLINE, until

Request = tuple[str, str, dict[str, str] | None, dict[str, str]]
"""Method, path, body, headers."""


@dataclass
class Fates:
    """The outcomes of requests.

    Attributes:
        answers: complete answers, by status.
        refused: nobody listened; nothing was sent.
        let_go: the server closed a connection that it had answered on before, without a byte of
            another answer (RFC 9112, 9.6): the request may be sent again. For each the seconds
            between sending it and sending the one before: all that the connection can have idled.
            Or nothing arrived on a new connection for as long as the server waits for it.
        lost: cut off in the middle of an answer, or on a connection made for this very request.
    """

    answers: Counter[int] = field(default_factory=Counter)
    refused: int = 0
    let_go: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Person(Thread):
    """A client that repeats one kind of request, each until it is answered.

    Told to stop, it ends as well when nobody is there any more.

    Args:
        base_url: where.
        request: returns the next request, given the answer to the last one (None at first).
        keep_alive: go on with a connection that stays open; else make one for each request.
    """

    def __init__(
        self,
        base_url: str,
        request: Callable[[bytes | None], Request],
        *,
        keep_alive: bool,
    ) -> None:
        super().__init__()
        self.fates = Fates()
        self._address = urlsplit(base_url).netloc
        self._request = request
        self._keep_alive = keep_alive
        self._over = Event()
        self._connection: http.client.HTTPConnection | None = None
        self._sent_at = self._sent = 0.0

    def stop(self) -> None:
        """Let the present request be the last."""
        self._over.set()

    def run(self) -> None:
        """Send until stopped; then the last request has been answered."""
        answer: bytes | None = None
        while not self._over.is_set():
            answer = self._insist(self._request(answer))
        self._close()

    def _insist(self, request: Request) -> bytes:
        while True:
            reused, before = self._connection is not None, self._sent_at
            try:
                return self._send(request)
            except ConnectionRefusedError as error:
                self.fates.refused += 1
                if self._over.wait(0.02):
                    self.fates.lost.append(f"{request[:2]}: {error!r}")
                    return b""
            except (http.client.RemoteDisconnected, ConnectionError) as error:
                silent = (self._sent or time.monotonic()) - self._sent_at
                if reused:
                    self.fates.let_go.append(time.monotonic() - before)
                elif silent > SILENCE_SECONDS:  # this machine is that busy
                    self.fates.let_go.append(silent)
                else:
                    self.fates.lost.append(f"{request[:2]}: {error!r}")
            except http.client.IncompleteRead as error:
                self.fates.lost.append(f"{request[:2]}: {error!r}")
            self._close()

    def _send(self, request: Request) -> bytes:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=DEADLINE)
        self._sent, self._sent_at = 0.0, time.monotonic()
        method, path, body, headers = request
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, headers)
        self._sent = time.monotonic()
        answer = self._connection.getresponse()
        content = answer.read()
        self.fates.answers[answer.status] += 1
        if answer.will_close or not self._keep_alive:
            self._close()
        return content

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Traffic:
    """While the block lasts, people use the service."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people

    def __enter__(self) -> Traffic:
        for person in self._people:
            person.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.finish()

    def finish(self) -> None:
        """Let each present request be the last, and wait until it is answered."""
        for person in self._people:
            person.stop()
        for person in self._people:
            person.join()

    def answered(self) -> int:
        """Return how many requests were answered so far."""
        return sum(person.fates.answers.total() for person in self._people)

    def wait_for(self, more: int) -> None:
        """Wait until so many more requests are answered."""
        goal = self.answered() + more
        until(lambda: self.answered() >= goal, what="requests are answered")

    def fates(self) -> Fates:
        """Return what became of all requests together."""
        every = Fates()
        for person in self._people:
            every.answers += person.fates.answers
            every.refused += person.fates.refused
            every.let_go += person.fates.let_go
            every.lost += person.fates.lost
        return every


def same(
    method: str, path: str, body: dict[str, str] | None = None, token: str | None = None
) -> Callable[[bytes | None], Request]:
    """Return a person's plan: the same request, again and again."""
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return lambda _: (method, path, body, headers)


def refreshing(refresh_token: str) -> Callable[[bytes | None], Request]:
    """Return a plan of repeated refreshes.

    Each trade has an `Idempotency-Key`, so that it may be repeated when its answer is lost.
    """
    holding = refresh_token

    def next_trade(answer: bytes | None) -> Request:
        nonlocal holding
        if answer is not None:
            body = json.loads(answer)
            holding = body.get("refresh_token", holding)
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        return "POST", "/refresh", {"refresh_token": holding}, headers

    return next_trade
