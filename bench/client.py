"""Checks a server's answers before the load, and logs in its users."""

from __future__ import annotations

import json
import random
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import requests

from bench.contenders import AUTHENTICATE, PROTECTED, REGISTER, Contender
from bench.dialects import NONE, Request, Tokens
from bench.population import ACCESS_LENGTH, address, name

TOKENS = 32
"""The number of users that are logged in for a measurement, more than the connections."""

_FRESH = 240.0  # seconds; every contender's access tokens live longer
_TIMEOUT = 90.0  # seconds: the embedded database stalls for half a minute, with many users
_TOGETHER = 4
_SOMEWHERE = "10.255.0.1"


class WrongAnswer(Exception):
    """A server gave an unexpected answer."""


class Client:
    """An HTTP client of a server, with its dialect."""

    def __init__(self, contender: Contender, base_url: str) -> None:
        self._contender = contender
        self._dialect = contender.dialect
        self._base_url = base_url
        self._logged_in_at = -_FRESH
        self._tokens: list[Tokens] = []

    def check(self) -> None:
        """Send each request once.

        Raises:
            WrongAnswer: when the answer is not what it should be.
        """
        for endpoint in self._contender.endpoints:
            if endpoint == REGISTER:
                self.send(self._dialect.register(new_name()), self._dialect.registered)
            elif endpoint == AUTHENTICATE:
                self.send(self.login_of(0), 200)
            elif endpoint == PROTECTED:
                self._check_greeting()
            else:
                self.send(self._dialect.refresh(self.log_in(1)[0].refresh), 200)

    def _check_greeting(self) -> None:
        answer = self.send(self._dialect.protected(self.tokens()[0].access), 200)
        if b"Hello, user" not in answer:
            raise WrongAnswer(f"{self._contender.name}: {answer[:200]!r}")

    def tokens(self) -> list[Tokens]:
        """Return tokens of users that are fresh enough for another measurement."""
        if not self._contender.wants_token:
            return [Tokens(f"{user:x>{ACCESS_LENGTH}}", "") for user in range(TOKENS)]
        if time.monotonic() - self._logged_in_at > _FRESH:
            self._tokens = self.log_in(TOKENS)
            self._logged_in_at = time.monotonic()
        return self._tokens

    def log_in(self, count: int) -> list[Tokens]:
        """Log in so many different users.

        Raises:
            WrongAnswer: when one of them is refused.
        """
        return self.log_in_as(random.sample(range(self._contender.users), count))

    def log_in_as(self, users: Sequence[int]) -> list[Tokens]:
        """Log these users in, each from the own address.

        Raises:
            WrongAnswer: when one of them is refused.
        """
        with ThreadPoolExecutor(_TOGETHER) as pool:
            answers = pool.map(lambda user: self.send(self.login_of(user), 200), users)
            return [self._dialect.tokens(json.loads(answer)) for answer in answers]

    def login_of(self, user: int) -> Request:
        """Return the login of a user, from the address that is always that user's."""
        return replace(self._dialect.login(name(user)), address=address(user))

    def send(self, request: Request, expected: int) -> bytes:
        """Send a request and return the answer's body.

        Raises:
            WrongAnswer: when its status is not the expected one, or none comes.
        """
        what = f"{self._contender.name}: {request.method} {request.path}"
        somewhere = _SOMEWHERE if request.address == NONE else request.address
        headers = {"Accept": "application/json", "X-Forwarded-For": somewhere}
        if request.header != NONE:
            key, _, value = request.header.partition(": ")
            headers[key] = value
        if request.content_type != NONE:
            headers["Content-Type"] = request.content_type
        try:
            answer = requests.request(
                request.method,
                self._base_url + request.path,
                data=request.body if request.body != NONE else None,
                headers=headers,
                timeout=_TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as failure:
            raise WrongAnswer(f"{what} was not answered: {failure}") from failure
        if answer.status_code != expected:
            raise WrongAnswer(f"{what} was answered {answer.status_code}: {answer.text[:300]}")
        return answer.content


def new_name() -> str:
    """Return an unused username."""
    return f"new-{secrets.token_hex(10)}"
