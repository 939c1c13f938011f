"""Every session ends at some time."""

from dataclasses import replace

import pytest

from authapi.settings import Settings
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

EXPIRED = (400, "refresh_token_expired")


def test_an_idle_session_ends(visitor: Visitor, clock: MovedClock) -> None:
    """S56: It ends after 180 days without a refresh."""
    token = visitor.log_in()["refresh_token"]
    clock.move(days=180)
    assert error_code(visitor.refresh(token)) == EXPIRED


def test_a_refresh_moves_the_idle_end(visitor: Visitor, clock: MovedClock) -> None:
    """S56: A session that is used in time goes on."""
    token = visitor.log_in()["refresh_token"]
    for _ in range(2):
        clock.move(days=170)
        token = visitor.refresh(token).json()["refresh_token"]


def test_no_refresh_moves_the_absolute_end(visitor: Visitor, clock: MovedClock) -> None:
    """S56: After a year the password is needed, however often the session was used."""
    first = payload_of(token := visitor.log_in()["refresh_token"])
    for _ in range(3):
        clock.move(days=121)
        token = visitor.refresh(token).json()["refresh_token"]
    assert payload_of(token)["exp"] == first["auth_time"] + 365 * 24 * 3600
    clock.move(days=2)
    assert error_code(visitor.refresh(token)) == EXPIRED


@pytest.mark.parametrize("days", [3.0, 10.0])
def test_both_ends_can_be_configured(settings: Settings, clock: MovedClock, days: float) -> None:
    """S56: The earlier of the two ends the session."""
    short = replace(settings, session_expire_days=days, refresh_token_expire_days=5.0)
    with served(short, clock) as visitor:
        token = visitor.log_in()["refresh_token"]
        lifetime = payload_of(token)["exp"] - payload_of(token)["iat"]
        assert lifetime == min(days, 5) * 24 * 3600
        clock.move(days=min(days, 5))
        assert error_code(visitor.refresh(token)) == EXPIRED


def test_a_session_is_gone_from_the_database_at_its_end(
    visitor: Visitor, clock: MovedClock, settings: Settings
) -> None:
    """S56: A token of a longer lifetime cannot prolong a session that has ended."""
    token = visitor.log_in()["refresh_token"]
    assert visitor.log_out(token).ok
    with served(replace(settings, refresh_token_expire_days=3650.0), clock) as elsewhere:
        assert error_code(elsewhere.refresh(token)) == (400, "invalid_refresh_token")


def test_an_access_token_ends_with_its_minutes(visitor: Visitor, clock: MovedClock) -> None:
    """S56: It expires whatever happens to the session."""
    tokens = visitor.log_in()
    clock.move(minutes=15)
    assert error_code(visitor.protected(tokens["access_token"])) == (401, "token_expired")
    renewed = visitor.refresh(tokens["refresh_token"]).json()
    assert visitor.protected(renewed["access_token"]).status_code == 200
