"""Servers with different clocks use the database's time."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from authapi.core.client import Client
from authapi.core.clock import Clock, utc_now
from authapi.core.errors import ApiError
from authapi.database import Database
from authapi.database.heartbeats import NEGLIGIBLE, ServerTime
from authapi.limits.rules import Rate
from authapi.limits.service import Limits
from authapi.settings import Settings
from authapi.wiring import build

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def test_a_clock_that_differs_is_corrected() -> None:
    """It may be ahead or behind; a test's moved clock moves along."""
    for ahead in (timedelta(seconds=90), timedelta(seconds=-90)):
        server_time = ServerTime(lambda ahead=ahead: NOW + ahead)  # type: ignore[misc]
        server_time.measure(NOW)
        assert server_time.corrected(lambda ahead=ahead: NOW + ahead)() == NOW  # type: ignore[misc]


def test_clocks_that_are_synchronised_are_left_alone() -> None:
    """Small measurement errors do not change the time."""
    server_time = ServerTime(lambda: NOW)
    for seconds in (0.2, -1.5, 3, -4.9):
        server_time.measure(NOW + timedelta(seconds=seconds))
        assert server_time.offset == timedelta(0)


def test_an_answer_that_is_looked_at_late_changes_nothing() -> None:
    """A late reading is ignored; a corrected clock is followed."""
    server_time = ServerTime(lambda: NOW)
    for told in (NOW, NOW - timedelta(seconds=20), NOW):
        server_time.measure(told)
        assert server_time.offset == timedelta(0)
    for _ in range(3):
        server_time.measure(NOW - timedelta(seconds=20))
    assert server_time.offset == timedelta(seconds=-20)
    server_time.measure(NOW - NEGLIGIBLE / 2)
    assert server_time.offset == timedelta(0)


@pytest.fixture
def servers(settings: Settings) -> Iterator[list[Limits]]:
    """The limits of four servers, whose clocks are up to half an hour apart."""
    one = replace(
        settings,
        mongo_database=f"test_{secrets.token_hex(6)}",
        limit_login_failures=Rate.parse("5/20 minutes"),
    )
    with ExitStack() as stack:
        yield [server(stack, one, seconds) for seconds in (-900, 0, 400, 900)]


def server(stack: ExitStack, settings: Settings, seconds: int) -> Limits:
    """Return the limits of a server whose clock is ahead by so many seconds."""

    def skewed() -> datetime:
        return utc_now() + timedelta(seconds=seconds)

    clock: Clock = skewed
    services = build(settings, clock)
    stack.callback(services[Database].close)
    services[Database].server_time._machine = skewed
    services[Database].prepare()
    return services[Limits]


def test_a_limit_holds_over_servers_whose_clocks_differ(servers: list[Limits]) -> None:
    """S29: Of twenty guesses in turn at four servers five are answered."""
    guesser, name, answered = Client("203.0.113.9", "test"), secrets.token_hex(8), 0
    for number in range(20):
        try:
            with servers[number % 4].password_attempt(name, guesser).checking() as attempt:
                attempt.fail()
        except ApiError:
            continue
        answered += 1
    assert answered == 5
