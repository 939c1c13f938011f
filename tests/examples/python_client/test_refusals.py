"""`examples/python_client.py` when the service says no, or not now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authapi.core.secrets import Secret
from authapi.limits.rules import Rate
from authapi.settings import Settings
from examples.python_client import ApiError, AuthClient
from tests.examples.python_client.conftest import New, greeting
from tests.support.actors import PASSWORD, fresh_name
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.servers import ServerProcess, free_port


def test_what_the_service_asks_to_wait_is_waited(settings: Settings) -> None:
    """The limit's own `Retry-After` is long enough: after it the same login succeeds."""
    clock, waited = MovedClock(), list[float]()

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock.move(seconds=seconds)

    limited = replace(settings, limit_login_failures=Rate.parse("1/20 seconds"))
    with served(limited, clock) as visitor:
        name = visitor.new_user()
        assert visitor.authenticate(name, "not the password").status_code == 401
        client = AuthClient(visitor.base_url, sleep=sleep)
        client.log_in(name, PASSWORD)
        assert greeting(client) == f"Hello, {name}!"
        client.close()
    assert len(waited) == 1
    assert 18 <= waited[0] <= 20


def test_a_long_wait_is_the_caller_s_to_decide(settings: Settings, new: New) -> None:
    """Nobody sits for minutes before a frozen program."""
    limited = replace(settings, limit_login_failures=Rate.parse("1/10 minutes"))
    with served(limited) as visitor:
        name = visitor.new_user()
        visitor.authenticate(name, "not the password")
        with pytest.raises(ApiError, match="Too many attempts") as caught:
            new(visitor.base_url).log_in(name, PASSWORD)
    assert (caught.value.status, caught.value.code) == (429, "rate_limited")
    assert 500 < (caught.value.retry_after or 0) <= 600


def test_a_service_without_its_database(settings: Settings, new: New, waits: list[float]) -> None:
    """Three repeats, each after as long as the 503 says; then the error, with its request's id."""
    nowhere = Secret(f"mongodb://127.0.0.1:{free_port()}/")
    away = replace(settings, mongo_uri=nowhere, mongo_timeout_ms=100)
    with served(away) as visitor, pytest.raises(ApiError) as caught:
        new(visitor.base_url).log_in(fresh_name(), PASSWORD)
    assert (caught.value.status, caught.value.code) == (503, "service_unavailable")
    assert caught.value.request_id
    assert waits == [caught.value.retry_after] * 3


def test_refusals_are_errors_with_a_code(server: ServerProcess, new: New) -> None:
    """For programs a code and fields, for people a text."""
    client = new(server.base_url)
    with pytest.raises(ApiError, match="Invalid credentials") as caught:
        client.log_in(fresh_name(), PASSWORD)
    assert (caught.value.status, caught.value.code) == (401, "invalid_credentials")
    with pytest.raises(ApiError) as caught:
        client.register(fresh_name(), "short")
    assert caught.value.code == "validation_error"
    assert caught.value.errors == {"password": ["Password must be at least 8 characters long."]}
