"""Limits on wrong codes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.limits.conftest import From, Serve, come_from, serve  # noqa: F401 - fixtures
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.crowd import at_once

LIMITED = (429, "rate_limited")
WRONG = (401, "invalid_code")


@pytest.fixture
def base_url(serve: Serve) -> str:  # noqa: F811
    """A service of this test's own, behind a proxy, with the limits that it has by default."""
    return serve(limit_second_steps="5/5 minutes")


@pytest.fixture
def owner(base_url: str, come_from: From, clock: MovedClock) -> Owner:  # noqa: F811
    """Somebody with an authenticator app; at a network that is known from now on."""
    owner = Owner(come_from(base_url), clock).enrol()
    assert owner.log_in().status_code == 200
    return owner


@pytest.fixture
def stranger(base_url: str, come_from: From) -> Callable[[], Visitor]:  # noqa: F811
    """Return somebody at another network, each time at a new one."""
    return lambda: come_from(base_url)


def guess(visitor: Visitor, owner: Owner, code: str | None = None) -> tuple[int, str]:
    """Try a code with the right password."""
    body = {"username": owner.name, "password": PASSWORD, "code": code or owner.wrong_code()}
    return error_code(visitor.post("/authenticate", body))


def test_of_fifty_at_once_as_many_are_answered_as_the_limit_allows(
    owner: Owner, stranger: Callable[[], Visitor]
) -> None:
    """S105: Even right codes are refused beyond it, whatever `mfa_token` they come with."""
    visitor, codes = stranger(), [owner.wrong_code()] * 45 + [owner.next_code()] * 5
    tokens = [owner.mfa_token() for _ in codes]

    def attempt(code: str, token: str) -> Callable[[], int]:
        body = {"mfa_token": token, "code": code}
        return lambda: visitor.post("/authenticate/second", body).status_code

    pairs = zip(codes, tokens, strict=True)
    statuses = at_once([attempt(code, token) for code, token in pairs])
    assert statuses.count(401) + statuses.count(200) <= 6
    assert statuses.count(200) <= 1
    assert statuses.count(401) <= 5
    assert set(statuses) <= {200, 401, 429, 503}


def test_tokens_buy_no_more_tries(owner: Owner, stranger: Callable[[], Visitor]) -> None:
    """S105: The account is counted, at every endpoint that takes a code."""
    visitor = stranger()
    assert [guess(visitor, owner) for _ in range(3)] == [WRONG] * 3
    for _ in range(2):
        body = {"mfa_token": owner.mfa_token(), "code": owner.wrong_code()}
        assert error_code(visitor.post("/authenticate/second", body)) == WRONG
    right = owner.next_code()
    assert guess(visitor, owner, right) == LIMITED
    appended = visitor.authenticate(owner.name, f"{PASSWORD},{right}")
    assert error_code(appended) == LIMITED
    assert int(appended.headers["Retry-After"]) <= 300


def test_guesses_from_everywhere_slow_strangers_down(
    owner: Owner, stranger: Callable[[], Visitor]
) -> None:
    """S106: After twenty in a row strangers wait; the owner in a known network does not."""
    assert [guess(stranger(), owner) for _ in range(20)] == [WRONG] * 20
    assert guess(stranger(), owner, owner.code(1)) == LIMITED
    assert owner.log_in().status_code == 200


def test_the_place_where_it_was_turned_on_is_a_known_one(
    base_url: str,
    come_from: From,  # noqa: F811
    stranger: Callable[[], Visitor],
    clock: MovedClock,
) -> None:
    """S106: It is known from the beginning, not only after a login with the factor."""
    owner = Owner(come_from(base_url), clock).enrol()
    for _ in range(20):
        assert guess(stranger(), owner) == WRONG
    assert owner.log_in(owner.code(1)).status_code == 200


def test_the_owner_at_a_new_place_waits_for_minutes_at_most(
    owner: Owner, stranger: Callable[[], Visitor]
) -> None:
    """S106: Nobody is locked out permanently."""
    for _ in range(20):
        guess(stranger(), owner)
    owner.clock.move(minutes=10)
    body = {"username": owner.name, "password": PASSWORD, "code": owner.next_code()}
    assert stranger().post("/authenticate", body).status_code == 200


def test_without_the_password_nobody_slows_the_second_step_down(
    owner: Owner, stranger: Callable[[], Visitor]
) -> None:
    """S106: Wrong passwords with codes count only as wrong passwords."""
    visitor = stranger()
    for _ in range(8):
        body = {"username": owner.name, "password": "wrong", "code": owner.wrong_code()}
        assert error_code(visitor.post("/authenticate", body)) == (401, "invalid_credentials")
    body = {"username": owner.name, "password": PASSWORD, "code": owner.next_code()}
    assert visitor.post("/authenticate", body).status_code == 200


def test_a_right_second_step_ends_the_failures_in_a_row(
    owner: Owner, stranger: Callable[[], Visitor]
) -> None:
    """S106: It does so below the threshold, as a right password does."""
    for _ in range(15):
        guess(stranger(), owner)
    assert owner.log_in().status_code == 200
    assert [guess(stranger(), owner) for _ in range(15)] == [WRONG] * 15
    assert guess(stranger(), owner) == WRONG
