"""Servers of one service whose clocks differ."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from authapi.settings import Settings
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.log_stream import recorded_log


@pytest.fixture
def fast() -> MovedClock:
    """The clock of the server that is ahead."""
    return MovedClock()


@pytest.fixture
def ahead(settings: Settings, fast: MovedClock) -> Iterator[Visitor]:
    """Someone at the server whose clock is ahead."""
    with served(settings, fast) as visitor:
        yield visitor


def test_a_difference_that_is_stated_is_not_noticed(
    visitor: Visitor, ahead: Visitor, fast: MovedClock
) -> None:
    """S138: Tokens that are up to a minute early are accepted."""
    fast.move(seconds=55)
    here, there = visitor.new_user(), ahead.new_user()
    tokens = [ahead.log_in(there), visitor.log_in(here)]
    for one, other, pair in ((ahead, visitor, tokens[0]), (visitor, ahead, tokens[1])):
        assert other.protected(pair["access_token"]).status_code == 200
        fresh = other.refresh(pair["refresh_token"])
        assert fresh.status_code == 200
        assert one.protected(fresh.json()["access_token"]).status_code == 200


def test_beyond_it_nothing_is_final(visitor: Visitor, ahead: Visitor, fast: MovedClock) -> None:
    """S138: The answer is a 503, after which clients keep their tokens."""
    fast.move(seconds=300)
    tokens = ahead.log_in(ahead.new_user())
    with recorded_log() as log:
        answers = [
            visitor.protected(tokens["access_token"]),
            visitor.refresh(tokens["refresh_token"]),
        ]
    for answer in answers:
        assert error_code(answer) == (503, "service_unavailable")
        assert int(answer.headers["Retry-After"]) == 60
    told = [line["message"] for line in log.lines if line["level"] == "ERROR"]
    assert len(told) == 2
    assert all("clocks differ" in message for message in told)
    assert "token_refused" not in log.messages()
    assert ahead.refresh(tokens["refresh_token"]).status_code == 200


def test_a_token_becomes_good_by_waiting(
    visitor: Visitor, clock: MovedClock, ahead: Visitor, fast: MovedClock
) -> None:
    """S138: `Retry-After` is long enough, and not longer."""
    clock.stop()
    fast.move(seconds=90)
    tokens = ahead.log_in(ahead.new_user())
    refused = visitor.protected(tokens["access_token"])
    assert 0 < int(refused.headers["Retry-After"]) <= 31
    clock.move(seconds=int(refused.headers["Retry-After"]))
    assert visitor.protected(tokens["access_token"]).status_code == 200


def test_a_logout_never_waits(visitor: Visitor, ahead: Visitor, fast: MovedClock) -> None:
    """S138: An early refresh token ends its session."""
    fast.move(seconds=300)
    tokens = ahead.log_in(ahead.new_user())
    assert visitor.log_out(tokens["refresh_token"]).status_code == 200
    assert ahead.refresh(tokens["refresh_token"]).status_code == 400
