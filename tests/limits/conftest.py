"""A service with low limits, and clients with any address."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Protocol

import pytest

from authapi import create_app
from authapi.core.client import Client
from authapi.core.services import Services
from authapi.database import Database
from authapi.limits.rules import Rate
from authapi.limits.service import Limits
from authapi.settings import Settings
from authapi.wiring import build
from tests.conftest import services_of
from tests.support.actors import Visitor
from tests.support.clock import MovedClock
from tests.support.servers import in_thread

Serve = Callable[..., str]
From = Callable[..., Visitor]
WRONG = "not the password"
_hosts = itertools.count(1)


@pytest.fixture
def clock(clock: MovedClock) -> MovedClock:
    """The service's clock: slots and waits pass when they are told, and not by themselves."""
    return clock.stop()


@pytest.fixture
def serve(settings: Settings, clock: MovedClock) -> Iterator[Serve]:
    """Serve on a fresh database, behind one proxy; rates may be given as text."""
    with ExitStack() as stack:

        def serving(**changes: Any) -> str:  # noqa: ANN401
            rates = {
                name: Rate.parse(value)
                for name, value in changes.items()
                if name.startswith("limit_") and isinstance(value, str)
            }
            fresh = {"mongo_database": f"test_{secrets.token_hex(6)}", "trusted_proxies": 1}
            app = create_app(replace(settings, **{**fresh, **changes, **rates}), clock)
            stack.callback(services_of(app)[Database].close)
            return stack.enter_context(in_thread(app))

        yield serving


@pytest.fixture
def come_from() -> Iterator[From]:
    """Let somebody come to a service, from an address or, if none is named, from a new one."""
    with ExitStack() as stack:

        def coming(base_url: str, address: str | None = None) -> Visitor:
            visitor = Visitor(base_url, forwarded_for=address or new_address())
            stack.callback(visitor.close)
            return visitor

        yield coming


def new_address() -> str:
    """Return an address that nobody came from yet."""
    number = next(_hosts)
    return f"203.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def fail(visitor: Visitor, name: str, times: int = 1) -> list[int]:
    """Try a wrong password so many times, and return the status codes."""
    return [visitor.authenticate(name, WRONG).status_code for _ in range(times)]


class Make(Protocol):
    """Makes the service's objects."""

    def __call__(self, **changes: Any) -> Services:  # noqa: ANN401
        """Return them, from the settings with these changes."""
        ...


@pytest.fixture
def make(settings: Settings, clock: MovedClock) -> Iterator[Make]:
    """Make services on the shared database, and close them after the test."""
    with ExitStack() as stack:

        def making(**changes: Any) -> Services:  # noqa: ANN401
            services = build(replace(settings, **changes), clock)
            stack.callback(services[Database].close)
            return services

        yield making


@pytest.fixture
def guest() -> Client:
    """A client from an address that nobody came from yet."""
    return Client(new_address(), "test")


def guess(limits: Limits, name: str, client: Client) -> None:
    """Try a wrong password."""
    with limits.password_attempt(name, client).checking() as attempt:
        attempt.fail()
