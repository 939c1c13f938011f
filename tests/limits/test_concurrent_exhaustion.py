"""Refusals that are not counted, and requests at the moment a limit is reached."""

from __future__ import annotations

import pytest

from authapi.core.client import Client
from authapi.core.errors import ApiError, ErrorCode
from authapi.limits.rules import Rate
from authapi.limits.service import Limits
from tests.limits.conftest import Make, guess, new_address
from tests.support.actors import fresh_name


def test_a_registration_that_the_service_is_too_busy_for_is_free(make: Make, guest: Client) -> None:
    """A 503 is not counted; a taken name is."""
    limits = make(limit_registrations=Rate.parse("1/hour"))[Limits]
    for code in (ErrorCode.SERVICE_UNAVAILABLE, ErrorCode.USER_EXISTS):
        with pytest.raises(ApiError) as told, limits.registration(guest):
            raise ApiError(code)
        assert told.value.code is code
    with pytest.raises(ApiError) as refused, limits.registration(guest):
        raise AssertionError("let through")
    assert refused.value.code is ErrorCode.RATE_LIMITED


def test_an_attempt_that_the_service_is_too_busy_for_is_free(make: Make, guest: Client) -> None:
    """A password that was not checked counts nowhere as wrong."""
    once = Rate.parse("1/hour")
    limits = make(limit_login_failures=once, limit_failures_in_a_row=1)[Limits]
    name = fresh_name()
    for _ in range(2):
        with pytest.raises(ApiError) as told, limits.password_attempt(name, guest).checking():
            raise ApiError(ErrorCode.SERVICE_UNAVAILABLE)
        assert told.value.code is ErrorCode.SERVICE_UNAVAILABLE
    guess(limits, name, guest)
    elsewhere = Client(new_address(), "test")
    for client in (guest, elsewhere):
        with pytest.raises(ApiError) as refused, limits.password_attempt(name, client).checking():
            raise AssertionError("let through")
        assert refused.value.code is ErrorCode.RATE_LIMITED


@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("nearby", [True, False])
def test_who_comes_in_just_as_the_limit_is_met_learns_nothing(
    make: Make, guest: Client, before: int, right: bool, nearby: bool
) -> None:
    """S29: It is a 429, whether the password is right or not.

    It is the last one of the address, or of the account everywhere.
    """
    changes = {"limit_login_failures": Rate.parse("2/hour"), "limit_failures_in_a_row": 2}
    here, there = make(**changes)[Limits], make(**changes)[Limits]
    name, other = fresh_name(), guest if nearby else Client(new_address(), "test")
    for _ in range(before):
        guess(there, name, other)
    with here.password_attempt(name, guest).checking() as attempt:
        for _ in range(2 - before):
            guess(there, name, other)
        with pytest.raises(ApiError) as refused:
            attempt.succeed() if right else attempt.fail()
    assert refused.value.code is ErrorCode.RATE_LIMITED


@pytest.mark.parametrize("nearby", [True, False])
def test_a_session_stored_just_as_the_limit_is_met_is_no_login(
    make: Make, guest: Client, nearby: bool
) -> None:
    """S29: The login is refused, and its network does not become known."""
    limits = make(limit_login_failures=Rate.parse("1/hour"), limit_failures_in_a_row=1)[Limits]
    name, other = fresh_name(), guest if nearby else Client(new_address(), "test")
    with limits.password_attempt(name, guest).checking() as attempt:
        attempt.succeed()
    guess(limits, name, other)
    with pytest.raises(ApiError) as refused:
        limits.password_attempt(name, guest).confirm()
    assert refused.value.code is ErrorCode.RATE_LIMITED
    assert limits.streak(name).known == ()
