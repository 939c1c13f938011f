"""Each race is run against one process with threads, and against several processes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
import requests

from authapi.core.clock import utc_now
from authapi.database import Collections
from authapi.sessions.models import Session
from authapi.sessions.store import SessionStore
from authapi.settings import Settings
from authapi.tokens.service import TokenService
from authapi.wiring import build
from tests.support.actors import Visitor
from tests.support.crowd import at_once
from tests.support.servers import workers

Request = Callable[[Visitor], requests.Response]


@dataclass
class Crowd:
    """Clients that send requests at the same moment, each over its own connection."""

    base_url: str

    def all_do(self, *functions: Request) -> list[requests.Response]:
        """Call all functions at once; return the answers in the same order."""

        def send(function: Request) -> requests.Response:
            visitor = Visitor(self.base_url)
            try:
                return function(visitor)
            finally:
                visitor.close()

        return at_once([partial(send, function) for function in functions])


@pytest.fixture(scope="session")
def processes(environment: dict[str, str]) -> Iterator[str]:
    """The address of three server processes."""
    with workers(environment, processes=3, threads=16) as server:
        yield server.base_url


@pytest.fixture(params=["base_url", "processes"], ids=["threads", "processes"])
def crowd(request: pytest.FixtureRequest) -> Crowd:
    """A crowd in front of one process, then in front of several."""
    return Crowd(request.getfixturevalue(request.param))


@pytest.fixture
def member(crowd: Crowd) -> Iterator[Visitor]:
    """One of the crowd, for what comes before and after the race."""
    member = Visitor(crowd.base_url)
    yield member
    member.close()


@pytest.fixture
def new_session(settings: Settings, collections: Collections) -> Callable[[], tuple[str, str]]:
    """Begin a session without the cost of a password; return its id and its refresh token."""
    tokens = build(settings, utc_now)[TokenService]

    def begin() -> tuple[str, str]:
        claims = tokens.first_refresh("somebody", "their-id", secrets.token_urlsafe(16))
        session = Session(claims.sid, claims.uid, 0, claims.auth_time, claims.iat, claims.exp)
        SessionStore(collections).add(session)
        return claims.sid, tokens.encode_refresh(claims)

    return begin
