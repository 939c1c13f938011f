"""`Idempotency-Key` of `/register`, after a lost answer."""

import pytest

from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.clock import MovedClock

KEY = "a-random-key-of-a-client"
TAKEN = (400, "user_exists")


def test_the_same_request_with_the_same_key_succeeds_again(visitor: Visitor) -> None:
    """Contract 4: It can be repeated any number of times, with the same answer."""
    name = fresh_name()
    answers = [visitor.register(name, PASSWORD, KEY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.text for answer in answers}) == 1


@pytest.mark.parametrize(
    ("password", "key"),
    [(PASSWORD, "another-random-key-here"), (PASSWORD, None), ("another password", KEY)],
)
def test_anybody_else_gets_user_exists(visitor: Visitor, password: str, key: str | None) -> None:
    """Contract 4: Another key, no key or another password is another request."""
    name = fresh_name()
    visitor.register(name, PASSWORD, KEY)
    assert error_code(visitor.register(name, password, key)) == TAKEN


def test_a_registration_without_a_key_is_not_repeated_with_one(visitor: Visitor) -> None:
    """Contract 4: A request without a key cannot be recognised."""
    assert error_code(visitor.register(visitor.new_user(), PASSWORD, KEY)) == TAKEN


def test_a_key_belongs_to_one_name(visitor: Visitor) -> None:
    """Contract 4: Two names with one key are two registrations."""
    one, two = fresh_name(), fresh_name()
    assert visitor.register(one, PASSWORD, KEY).status_code == 200
    assert visitor.register(two, PASSWORD, KEY).status_code == 200
    assert visitor.authenticate(two).status_code == 200


def test_a_day_later_the_key_is_forgotten(visitor: Visitor, clock: MovedClock) -> None:
    """Contract 4: After a day a repeat gets `user_exists`."""
    name = fresh_name()
    visitor.register(name, PASSWORD, KEY)
    clock.move(hours=25)
    assert error_code(visitor.register(name, PASSWORD, KEY)) == TAKEN
