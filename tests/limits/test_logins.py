"""Limits on wrong passwords, and the waiting times."""

import pytest

from authapi.settings import Settings
from tests.limits.conftest import From, Serve, fail
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.clock import MovedClock

LIMITED = (429, "rate_limited")


def test_wrong_passwords_are_limited_for_an_account_and_an_address(
    serve: Serve, come_from: From
) -> None:
    """S22: Beyond the limit even the right password waits; other accounts do not."""
    anyone = come_from(serve(limit_login_failures="3/5 minutes"))
    name, other = anyone.new_user(), anyone.new_user()
    assert fail(anyone, name, 3) == [401] * 3
    assert error_code(anyone.authenticate(name)) == LIMITED
    assert anyone.authenticate(other).status_code == 200


def test_wrong_passwords_are_limited_for_an_address(serve: Serve, come_from: From) -> None:
    """S22: Guessing at many accounts from one address is limited."""
    url = serve(limit_login_failures_per_address="4/5 minutes")
    guesser, owner = come_from(url), come_from(url)
    name = owner.new_user()
    assert [fail(guesser, fresh_name())[0] for _ in range(5)] == [401] * 4 + [429]
    assert error_code(guesser.authenticate(name)) == LIMITED
    assert owner.authenticate(name).status_code == 200


def test_a_stranger_does_not_lock_the_owner_out(serve: Serve, come_from: From) -> None:
    """S24: The owner at another address is not affected."""
    url = serve(limit_login_failures="2/5 minutes")
    owner, stranger = come_from(url), come_from(url)
    name = owner.new_user()
    assert fail(stranger, name, 3) == [401, 401, 429]
    assert owner.authenticate(name).status_code == 200


@pytest.mark.parametrize("limit", ["limit_login_failures", "limit_login_failures_per_address"])
def test_a_successful_login_does_not_count(serve: Serve, come_from: From, limit: str) -> None:
    """It neither counts nor resets the failures."""
    owner = come_from(serve(**{limit: "2/5 minutes"}))
    name = owner.new_user()
    assert [owner.authenticate(name).status_code for _ in range(5)] == [200] * 5
    assert fail(owner, name) == [401]
    assert owner.authenticate(name).status_code == 200
    assert fail(owner, name, 2) == [401, 429]


def test_waiting_as_long_as_said_works(serve: Serve, come_from: From, clock: MovedClock) -> None:
    """S26: A second less does not; then one more attempt is free."""
    owner = come_from(serve(limit_login_failures="2/5 minutes"))
    name = owner.new_user()
    fail(owner, name)
    clock.move(minutes=2)
    fail(owner, name)
    wait = retry_after(owner, name)
    assert 170 <= wait <= 180
    clock.move(seconds=wait - 2)
    assert fail(owner, name) == [429]
    clock.move(seconds=2)
    assert fail(owner, name, 2) == [401, 429]


def test_the_longest_of_several_waits_is_said(
    serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """S26: `Retry-After` is the longer wait of two limits."""
    url = serve(
        limit_login_failures="1/minute",
        limit_login_failures_per_address="1/10 minutes",
    )
    owner = come_from(url)
    name = owner.new_user()
    fail(owner, name)
    wait = retry_after(owner, name)
    assert 590 <= wait <= 600
    clock.move(seconds=wait)
    assert owner.authenticate(name).status_code == 200


def test_a_refused_attempt_costs_nothing(serve: Serve, come_from: From, clock: MovedClock) -> None:
    """S26: It does not prolong the wait."""
    owner = come_from(serve(limit_login_failures="1/5 minutes"))
    name = owner.new_user()
    fail(owner, name)
    wait = retry_after(owner, name)
    clock.move(seconds=wait / 2)
    assert fail(owner, name, 5) == [429] * 5
    clock.move(seconds=wait / 2)
    assert owner.authenticate(name).status_code == 200


def test_the_password_asked_for_again_is_limited_too(serve: Serve, come_from: From) -> None:
    """S22, S60: Passwords cannot be guessed at `/password` and `DELETE /me`."""
    owner = come_from(serve(limit_login_failures="2/5 minutes"))
    tokens = owner.log_in()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    change = {"current_password": "a wild guess", "new_password": "something else"}
    assert owner.post("/password", change, bearer).status_code == 401
    deletion = {"password": "another wild guess"}
    assert owner.send("DELETE", "/me", json=deletion, headers=bearer).status_code == 401
    assert error_code(owner.post("/password", change, bearer)) == LIMITED
    assert error_code(owner.send("DELETE", "/me", json=deletion, headers=bearer)) == LIMITED


def test_by_default_the_eleventh_wrong_password_is_refused(serve: Serve, come_from: From) -> None:
    """S22: This is the default limit."""
    anyone = come_from(serve(limit_login_failures=Settings.limit_login_failures))
    assert fail(anyone, fresh_name(), 11) == [401] * 10 + [429]


def test_limits_can_be_switched_off(serve: Serve, come_from: From) -> None:
    """With `LIMITS=off` nothing is refused."""
    anyone = come_from(serve(limits="off", limit_login_failures="1/hour"))
    assert fail(anyone, fresh_name(), 3) == [401] * 3


def retry_after(visitor: Visitor, name: str) -> int:
    """Return the seconds that a limited login is told to wait."""
    answer = visitor.authenticate(name)
    assert error_code(answer) == LIMITED
    return int(answer.headers["Retry-After"])
