"""Limits on registrations and refused refreshes per address."""

import pytest

from tests.limits.conftest import From, Serve, fail
from tests.limits.test_logins import LIMITED
from tests.support.actors import error_code, fresh_name
from tests.support.clock import MovedClock


def test_registrations_are_limited_for_an_address(
    serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """S22, S26: Attempts at taken names count; another address is not affected."""
    url = serve(limit_registrations="2/hour")
    anyone, somebody_else = come_from(url), come_from(url)
    name = anyone.new_user()
    assert error_code(anyone.register(name)) == (400, "user_exists")
    refused = anyone.register(fresh_name())
    assert error_code(refused) == LIMITED
    assert somebody_else.register(fresh_name()).status_code == 200
    clock.move(seconds=int(refused.headers["Retry-After"]))
    assert anyone.register(fresh_name()).status_code == 200


def test_a_body_that_is_not_valid_is_no_registration(serve: Serve, come_from: From) -> None:
    """Mistakes in the form are not counted."""
    anyone = come_from(serve(limit_registrations="1/hour"))
    assert [anyone.register(fresh_name(), "short").status_code for _ in range(3)] == [422] * 3
    assert anyone.register(fresh_name()).status_code == 200


def test_refused_refreshes_are_limited_and_honest_ones_are_not(
    serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """S26: Beyond the limit refusals are a 429; valid refreshes still pass."""
    url = serve(limit_refreshes="2/minute")
    anyone, somebody_else = come_from(url), come_from(url)
    token = anyone.log_in()["refresh_token"]
    assert [anyone.refresh("rubbish").status_code for _ in range(2)] == [400] * 2
    refused = anyone.refresh("rubbish")
    assert error_code(refused) == LIMITED
    for _ in range(5):
        token = anyone.refresh(token).json()["refresh_token"]
    assert error_code(somebody_else.refresh("rubbish")) == (400, "invalid_refresh_token")
    clock.move(seconds=int(refused.headers["Retry-After"]))
    assert error_code(anyone.refresh("rubbish")) == (400, "invalid_refresh_token")


def test_a_replay_ends_its_session_over_the_limit_too(serve: Serve, come_from: From) -> None:
    """S51: The answer is a 429, and the session ends."""
    anyone = come_from(serve(limit_refreshes="1/hour"))
    spent = anyone.log_in()["refresh_token"]
    successor = anyone.refresh(spent).json()["refresh_token"]
    anyone.refresh("rubbish")
    assert error_code(anyone.refresh(spent)) == LIMITED
    elsewhere = come_from(anyone.base_url)
    assert error_code(elsewhere.refresh(successor)) == (400, "invalid_refresh_token")


@pytest.mark.parametrize("kind", ["ended", "replayed", "expired"])
def test_each_kind_of_refusal_counts(
    serve: Serve, come_from: From, clock: MovedClock, kind: str
) -> None:
    """Expired or used tokens count as foreign ones do."""
    anyone = come_from(serve(limit_refreshes="1/hour"))
    token = anyone.log_in()["refresh_token"]
    if kind == "ended":
        anyone.log_out(token)
    elif kind == "replayed":
        anyone.refresh(token)
    else:
        clock.move(days=400)
    assert anyone.refresh(token).status_code == 400
    assert error_code(anyone.refresh(token)) == LIMITED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:50001", "198.51.100.7:50002"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::2"),
    ],
)
def test_these_two_are_one_client(serve: Serve, come_from: From, first: str, second: str) -> None:
    """S28: Addresses of a /64, mapped IPv4 addresses and ports make no difference."""
    url = serve(limit_login_failures="1/hour")
    name = fresh_name()
    assert fail(come_from(url, first), name) == [401]
    assert fail(come_from(url, second), name) == [429]


@pytest.mark.parametrize(
    ("first", "second"),
    [("2001:db8:1:2::1", "2001:db8:1:3::1"), ("198.51.100.7", "198.51.100.8")],
)
def test_these_two_are_two_clients(serve: Serve, come_from: From, first: str, second: str) -> None:
    """S28: Neighbouring networks have limits of their own."""
    url = serve(limit_login_failures="1/hour")
    name = fresh_name()
    assert fail(come_from(url, first), name) == [401]
    assert fail(come_from(url, second), name) == [401]
