"""Many confirmations at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from flask import Flask

from authapi import create_app
from authapi.accounts.emails import read_email
from authapi.accounts.service import AccountService
from authapi.addresses.confirming import Confirmation
from authapi.addresses.operating import OperatorAddresses
from authapi.addresses.service import AddressService
from authapi.audit.service import AuditTrail
from authapi.core.client import UNKNOWN
from authapi.core.errors import ApiError
from authapi.core.identity import Identity
from authapi.core.services import Services
from authapi.database import Database
from authapi.mail.links import CodeClaims, MailedTokens
from authapi.settings import Settings
from authapi.signin.models import Reauthentication
from tests.addresses.conftest import Person
from tests.conftest import services_of
from tests.support.between import Between
from tests.support.clock import MovedClock

EMAIL = "ann@example.com"
AT_ONCE = 32


@pytest.fixture
def unlimited(app: Flask, development: Settings, clock: MovedClock) -> Iterator[Services]:
    """A second server on the same database, without a limit on tried codes."""
    second = create_app(replace(development, limits="off"), clock)
    yield services_of(second)
    services_of(second)[AuditTrail].flush()
    services_of(second)[Database].close()


def claimant(app: Flask, services: Services, clock: MovedClock) -> tuple[Identity, str]:
    """Return a user who has asked for the address, and the code that was mailed."""
    person = Person(app)
    assert person.register(email=EMAIL).status_code == 200
    user = services[AccountService].get_user(person.name)
    assert user.pending_email is not None
    claims = CodeClaims(user.id, user.pending_email.email_key, user.pending_email.nonce)
    return Identity(user.username, user.id, "", "", clock(), clock()), services[MailedTokens].code(
        claims
    )


def test_of_accounts_that_prove_one_address_at_once_one_has_it(
    app: Flask, unlimited: Services, clock: MovedClock
) -> None:
    """S90: Of 32 confirmations at once for two accounts one succeeds."""
    for _ in range(4):
        claimants = [claimant(app, unlimited, clock) for _ in range(2)]
        barrier = Barrier(AT_ONCE)

        def prove(number: int) -> tuple[str, str]:
            identity, code = claimants[number % 2]  # noqa: B023
            barrier.wait()  # noqa: B023
            try:
                unlimited[Confirmation].by_code(identity, code)
            except ApiError as error:
                return identity.user_id, error.code
            return identity.user_id, "confirmed"

        with ThreadPoolExecutor(AT_ONCE) as pool:
            results = set(pool.map(prove, range(AT_ONCE)))
        owners = [user for user, result in results if result == "confirmed"]
        assert len(owners) == 1
        assert {result for user, result in results if user not in owners} == {"email_taken"}
        database = unlimited[Database]
        having = [user["_id"] for user in database["users"].find({"email_key": EMAIL})]
        assert having == owners
        entry = database["addresses"].find_one({"_id": EMAIL})
        assert entry is not None
        assert (entry["user_id"], "held_until" in entry) == (owners[0], False)
        told = database["users"].find_one({"_id": owners[0]})
        assert told is not None
        assert [n["kind"] for n in told["notices"]].count("email_confirmed") == 1
        database["users"].delete_many({})
        database["addresses"].delete_many({})


@pytest.fixture(scope="module")
def between() -> Between:
    """What happens between two commands of the services that are made from now on."""
    return Between()


def test_an_operator_vouches_for_no_address_that_its_user_asks_for_meanwhile(
    between: Between, app: Flask, unlimited: Services, clock: MovedClock
) -> None:
    """S90: It would be somebody else's, confirmed without any proof."""
    person, now = Person(app), clock()
    assert person.register().status_code == 200
    user = unlimited[AccountService].get_user(person.name)
    identity = Identity(user.username, user.id, "", "", now, now, authenticated_at=now)
    theirs = read_email("victim@example.com", reserved=True)
    ask = partial(unlimited[AddressService].ask, identity, theirs, Reauthentication(), UNKNOWN)
    between.after("update", "users", ask)
    given = read_email(EMAIL, reserved=True)
    assert unlimited[OperatorAddresses].set_confirmed(user.id, given).email == EMAIL
    assert not between.waits
