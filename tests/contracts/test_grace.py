"""`REFRESH_GRACE_SECONDS`, for clients that send no key."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from authapi.settings import Settings
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.clock import MovedClock

REFUSED = (400, "invalid_refresh_token")


@pytest.fixture
def merciful(settings: Settings, clock: MovedClock) -> Iterator[Visitor]:
    """A visitor of a service with ten seconds of grace, which pass when they are told."""
    with served(replace(settings, refresh_grace_seconds=10), clock.stop()) as visitor:
        yield visitor


def test_within_the_grace_a_repeat_gets_the_same_successor(
    merciful: Visitor, clock: MovedClock
) -> None:
    """Contract 4: A client without a key that lost the answer stays logged in."""
    first = merciful.log_in()
    once = merciful.refresh(first["refresh_token"]).json()
    clock.move(seconds=8)
    again = merciful.refresh(first["refresh_token"]).json()
    assert again["refresh_token"] == once["refresh_token"]
    assert merciful.refresh(again["refresh_token"]).status_code == 200


def test_after_the_grace_a_repeat_is_a_replay(merciful: Visitor, clock: MovedClock) -> None:
    """Contract 4: A later repeat ends the session."""
    first = merciful.log_in()
    second = merciful.refresh(first["refresh_token"]).json()
    clock.move(seconds=12)
    assert error_code(merciful.refresh(first["refresh_token"])) == REFUSED
    assert error_code(merciful.refresh(second["refresh_token"])) == REFUSED


def test_the_grace_ends_with_the_use_of_the_successor(merciful: Visitor) -> None:
    """Contract 4: A session never has two valid refresh tokens."""
    first = merciful.log_in()
    second = merciful.refresh(first["refresh_token"]).json()
    assert merciful.refresh(second["refresh_token"]).status_code == 200
    assert error_code(merciful.refresh(first["refresh_token"])) == REFUSED


def test_a_client_with_a_key_gets_no_grace_without_it(merciful: Visitor) -> None:
    """Contract 4: A repeat without the key of the first request is a replay."""
    first = merciful.log_in()
    merciful.refresh(first["refresh_token"], "k" * 16)
    assert error_code(merciful.refresh(first["refresh_token"])) == REFUSED


def test_by_default_there_is_none(visitor: Visitor, settings: Settings) -> None:
    """Contract 4: With the default of 0 a repeat is a replay at once."""
    assert settings.refresh_grace_seconds == 0
    first = visitor.log_in()
    visitor.refresh(first["refresh_token"])
    assert error_code(visitor.refresh(first["refresh_token"])) == REFUSED
