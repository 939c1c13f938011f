"""The service of the limits: what it stores and trusts."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from pymongo.errors import PyMongoError

from authapi.core.client import Client
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.secrets import Secret
from authapi.database import Database
from authapi.limits.attempts import Reason
from authapi.limits.rules import Rate
from authapi.limits.service import Limits
from authapi.limits.unlimited import Unlimited
from authapi.settings import DEVELOPMENT, Settings
from authapi.wiring import build
from tests.limits.conftest import Make, guess, new_address
from tests.support.actors import fresh_name
from tests.support.clock import MovedClock


def test_nothing_stored_names_a_user_or_an_address(make: Make, guest: Client) -> None:
    """S57: A copy of the database does not tell who logged in from where."""
    services = make(mongo_database=f"test_{secrets.token_hex(6)}")
    name = fresh_name()
    with services[Limits].password_attempt(name, guest).checking() as attempt:
        attempt.succeed()
    services[Limits].password_attempt(name, guest).confirm()
    guess(services[Limits], name, guest)
    stored = list(services[Database]["limits"].find())
    assert len(stored) == 3
    assert name not in str(stored)
    assert guest.address not in str(stored)


def test_the_default_numbers(make: Make) -> None:
    """S22, S23: They are 10 failures from one address and 100 from all."""
    limits = make(
        limit_login_failures=Settings.limit_login_failures,
        limit_failures_in_a_row=Settings.limit_failures_in_a_row,
    )[Limits]
    name = fresh_name()
    for _ in range(10):
        guesser = Client(new_address(), "test")
        for _ in range(10):
            guess(limits, name, guesser)
    for client, least in ((guesser, 240), (Client(new_address(), "test"), 1)):
        with pytest.raises(ApiError) as refused, limits.password_attempt(name, client).checking():
            raise AssertionError("let through")
        assert refused.value.code is ErrorCode.RATE_LIMITED
        assert (refused.value.retry_after or 0) >= least


def test_without_the_database_nothing_is_let_through(make: Make, guest: Client) -> None:
    """S74: Requests fail with a 503."""
    limits = make(
        mongo_uri=Secret("mongodb://127.0.0.1:1"),
        mongo_timeout_ms=100,
        limit_refreshes=Rate.parse("5/minute"),
    )[Limits]
    with pytest.raises(PyMongoError), limits.password_attempt(fresh_name(), guest).checking():
        raise AssertionError("let through")
    with pytest.raises(PyMongoError):
        limits.count(Reason.REFRESHES, guest.network)
    with pytest.raises(PyMongoError), limits.registration(guest):
        raise AssertionError("let through")


def test_a_trusted_network_does_not_wait(make: Make, guest: Client) -> None:
    """S24: After a reset by mail its network may log in while strangers wait."""
    limits = make(limit_failures_in_a_row=1)[Limits]
    name, stranger = fresh_name(), Client(new_address(), "test")
    guess(limits, name, Client(new_address(), "test"))
    limits.trust_network(name, guest)
    with limits.password_attempt(name, guest).checking() as attempt:
        attempt.succeed()
    with pytest.raises(ApiError) as refused, limits.password_attempt(name, stranger).checking():
        raise AssertionError("let through")
    assert refused.value.code is ErrorCode.RATE_LIMITED
    assert limits.streak(name).failures == 1


def test_without_limits_what_was_stored_before_is_still_forgotten(
    make: Make, guest: Client
) -> None:
    """A deletion with `LIMITS=off` removes known networks."""
    name = fresh_name()
    make()[Limits].password_attempt(name, guest).confirm()
    unlimited = make(limits="off")[Limits]
    unlimited.password_attempt(name, guest).confirm()
    assert len(unlimited.streak(name).known) == 1
    unlimited.forget(name)
    assert unlimited.streak(name).known == ()


def test_without_limits_every_limit_lets_everything_pass() -> None:
    """`LIMITS=off` replaces each method that counts."""
    ours = {name for name in vars(Unlimited) if not name.startswith("_")}
    assert ours <= {name for name in vars(Limits) if not name.startswith("_")}
    left = {"collections", "knows", "export", "erase", "streak", "forget"}
    assert {name for name in vars(Limits) if not name.startswith("_")} - ours == left


def test_without_limits_another_room_s_windows_have_no_end(make: Make) -> None:
    """S95: The quotas of mails are switched off as well."""
    unlimited = make(limits="off")[Limits]
    window = (Rate.parse("1/hour"), ("a window of a test", fresh_name()))
    assert [unlimited.try_count(window) for _ in range(3)] == [True] * 3


def test_a_client_s_test_suite_meets_no_limit_on_a_development_server(
    settings: Settings, clock: MovedClock, guest: Client
) -> None:
    """200 users of one address can register and log in at once."""
    services = build(
        Settings(
            environment=DEVELOPMENT,
            jwt_secret=settings.jwt_secret,
            mongo_uri=settings.mongo_uri,
            mongo_database=settings.mongo_database,
        ),
        clock,
    )
    for number in range(200):
        with services[Limits].registration(guest):
            pass
        with services[Limits].password_attempt(f"suite {number}", guest).checking() as attempt:
            attempt.succeed() if number % 4 else attempt.fail()
        services[Limits].count(Reason.REFRESHES, guest.network)
    services[Database].close()


def test_a_deletion_after_a_rotation_of_the_secret_leaves_nothing(
    make: Make, guest: Client, settings: Settings
) -> None:
    """S134: Data stored under the previous secret is removed as well."""
    new, name = Secret(secrets.token_urlsafe(32)), fresh_name()
    before = make()[Limits]
    before.password_attempt(name, guest).confirm()
    assert before.streak(name).known
    make(jwt_secret=new, jwt_secret_previous=settings.jwt_secret)[Limits].forget(name)
    assert not before.streak(name).known


def test_ten_hostile_addresses_do_not_keep_a_patient_owner_out(
    make: Make, clock: MovedClock
) -> None:
    """S128: The owner gets in on the real database although they try as often as they may."""
    limits = make(limit_failures_in_a_row=3, limit_longest_wait_minutes=60)[Limits]
    name, owner = fresh_name(), Client(new_address(), "test")
    hostile = [Client(new_address(), "test") for _ in range(10)]
    began = clock()
    while True:
        waits = [next_guess(limits, name, one) for one in hostile]
        try:
            with limits.password_attempt(name, owner).checking() as attempt:
                attempt.succeed()
                break
        except ApiError as refused:
            clock.move(seconds=min(*waits, refused.retry_after or 0))
    assert limits.streak(name).failures > 3 + len(hostile)
    assert clock() - began < timedelta(minutes=12)


def next_guess(limits: Limits, name: str, client: Client) -> int:
    """Guess as often as is allowed; return how many seconds until the next one."""
    while True:
        try:
            guess(limits, name, client)
        except ApiError as refused:
            return refused.retry_after or 0
