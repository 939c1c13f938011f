"""A refresh token that two clients have."""

import pytest

from tests.support.actors import Visitor, error_code
from tests.support.clock import MovedClock

DEAD = (400, "invalid_refresh_token")
KEY = "a-key-that-its-client-kept"


def test_a_refresh_token_changes_at_every_use(visitor: Visitor) -> None:
    """S50: Ten refreshes give eleven different refresh tokens."""
    seen = [visitor.log_in()["refresh_token"]]
    for _ in range(10):
        seen.append(visitor.refresh(seen[-1]).json()["refresh_token"])
    assert len(set(seen)) == 11


@pytest.mark.parametrize("age", [1, 2, 5])
def test_a_token_spent_at_any_time_ends_its_session(visitor: Visitor, age: int) -> None:
    """S51: However late the thief comes, the owner has to log in again."""
    name = visitor.new_user()
    first, other = visitor.log_in(name), visitor.log_in(name)
    living = first
    for _ in range(age):
        living = visitor.refresh(living["refresh_token"]).json()
    assert error_code(visitor.refresh(first["refresh_token"])) == DEAD
    assert error_code(visitor.refresh(living["refresh_token"])) == DEAD
    assert visitor.refresh(other["refresh_token"]).status_code == 200


def test_the_thief_who_comes_first_is_thrown_out_by_the_owner(visitor: Visitor) -> None:
    """S51: The second use ends the session for both."""
    stolen = visitor.log_in()["refresh_token"]
    thief = visitor.refresh(stolen).json()
    assert error_code(visitor.refresh(stolen)) == DEAD
    assert error_code(visitor.refresh(thief["refresh_token"])) == DEAD


def test_a_replay_hurts_nobody_else(visitor: Visitor) -> None:
    """S51: Other users' sessions are not affected."""
    bystander, victim = visitor.log_in(), visitor.log_in()
    for _ in range(2):
        visitor.refresh(victim["refresh_token"])
    assert visitor.refresh(bystander["refresh_token"]).status_code == 200


def test_one_key_gets_one_successor_however_often(visitor: Visitor) -> None:
    """S53: 32 repeats get the same token, and the session lives."""
    first = visitor.log_in()["refresh_token"]
    answers = [visitor.refresh(first, KEY) for _ in range(32)]
    assert {answer.status_code for answer in answers} == {200}
    successors = {answer.json()["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert visitor.refresh(successors.pop()).status_code == 200


def test_a_lost_answer_logs_nobody_out(visitor: Visitor, clock: MovedClock) -> None:
    """S54: The client repeats the request with its key and stays logged in."""
    first = visitor.log_in()["refresh_token"]
    visitor.refresh(first, KEY)
    clock.move(days=3)
    again = visitor.refresh(first, KEY)
    assert again.status_code == 200
    assert visitor.refresh(again.json()["refresh_token"], "another-key-of-the-client").ok


@pytest.mark.parametrize("key", [None, "a-key-that-a-thief-made-up", KEY.upper(), KEY + "x"])
def test_a_thief_without_the_key_ends_the_session(visitor: Visitor, key: str | None) -> None:
    """S54: Afterwards the owner's repeat is refused as well."""
    first = visitor.log_in()["refresh_token"]
    owner = visitor.refresh(first, KEY).json()
    assert error_code(visitor.refresh(first, key)) == DEAD
    assert error_code(visitor.refresh(first, KEY)) == DEAD
    assert error_code(visitor.refresh(owner["refresh_token"])) == DEAD


def test_a_key_of_one_session_is_none_of_another(visitor: Visitor) -> None:
    """S54: The same key with another token is another request."""
    name = visitor.new_user()
    one, two = visitor.log_in(name)["refresh_token"], visitor.log_in(name)["refresh_token"]
    successors = {visitor.refresh(token, KEY).json()["refresh_token"] for token in (one, two)}
    assert len(successors) == 2
