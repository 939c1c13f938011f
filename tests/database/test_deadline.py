"""One deadline for all database operations of a request."""

from __future__ import annotations

import pytest
from pymongo.errors import AutoReconnect, DuplicateKeyError, NetworkTimeout, PyMongoError

from authapi.database import DatabaseUnavailable
from authapi.database.deadline import PAUSE, Deadlines, RequestScope

TIMEOUT = 1.0
HALF, LONG = TIMEOUT / 2, TIMEOUT * 1.3


class Seconds:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.passed = 100.0

    def __call__(self) -> float:
        return self.passed


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def deadlines(seconds: Seconds) -> Deadlines:
    return Deadlines(TIMEOUT, seconds)


def operate(
    deadlines: Deadlines, seconds: Seconds, lasts: float, error: Exception | None = None
) -> None:
    """Do an operation that takes its time and then, perhaps, fails."""

    def operation() -> None:
        seconds.passed += lasts
        if error is not None:
            raise error

    deadlines.run(operation)


def test_a_request_waits_once(deadlines: Deadlines, seconds: Seconds) -> None:
    """S74: After one timeout the request's other operations fail at once."""
    with RequestScope():
        with pytest.raises(NetworkTimeout):
            operate(deadlines, seconds, TIMEOUT, NetworkTimeout("late"))
        seconds.passed += PAUSE * 2
        with pytest.raises(DatabaseUnavailable, match="this request"):
            operate(deadlines, seconds, 0)


def test_slow_answers_count_together(deadlines: Deadlines, seconds: Seconds) -> None:
    """S74: The times of all operations add up against the deadline."""
    with RequestScope():
        operate(deadlines, seconds, LONG)
        with pytest.raises(DatabaseUnavailable, match="in time"):
            operate(deadlines, seconds, 0)


def test_what_lies_between_does_not_count(deadlines: Deadlines, seconds: Seconds) -> None:
    """Time between operations, such as for a hash, is not counted."""
    with RequestScope():
        operate(deadlines, seconds, HALF)
        seconds.passed += 60
        operate(deadlines, seconds, HALF)


def test_each_request_has_its_own_time(deadlines: Deadlines, seconds: Seconds) -> None:
    """A slow request does not shorten the next one's time."""
    for _ in range(3):
        with RequestScope():
            operate(deadlines, seconds, LONG)


def test_nobody_waits_right_after_a_failure(deadlines: Deadlines, seconds: Seconds) -> None:
    """S74: For a moment others fail at once; then one request tries again."""
    with RequestScope(), pytest.raises(NetworkTimeout):
        operate(deadlines, seconds, TIMEOUT, NetworkTimeout("late"))
    with RequestScope(), pytest.raises(DatabaseUnavailable, match="a moment ago"):
        operate(deadlines, seconds, 0)
    seconds.passed += PAUSE
    for _ in range(2):  # the first one tries, and succeeds
        with RequestScope():
            operate(deadlines, seconds, 0)


@pytest.mark.parametrize("answer", [DuplicateKeyError("twice"), StopIteration()])
def test_any_answer_ends_the_pause(
    deadlines: Deadlines, seconds: Seconds, answer: Exception
) -> None:
    """A refused write or an exhausted cursor shows that the database is back."""
    with RequestScope(), pytest.raises(NetworkTimeout):
        operate(deadlines, seconds, TIMEOUT, NetworkTimeout("late"))
    seconds.passed += PAUSE
    with RequestScope(), pytest.raises(type(answer)):
        operate(deadlines, seconds, 0, answer)
    with RequestScope():
        operate(deadlines, seconds, 0)


def test_one_at_a_time_tries_again(deadlines: Deadlines, seconds: Seconds) -> None:
    """While one request tries, the others do not wait for it."""
    with RequestScope(), pytest.raises(NetworkTimeout):
        operate(deadlines, seconds, TIMEOUT, NetworkTimeout("late"))
    seconds.passed += PAUSE
    refused: list[str] = []

    def another() -> None:
        with RequestScope(), pytest.raises(DatabaseUnavailable) as refusal:
            operate(deadlines, seconds, 0)
        refused.append(str(refusal.value))

    with RequestScope():
        deadlines.run(another)  # it comes while this one is under way
    assert refused == ["The database did not answer a moment ago."]


@pytest.mark.parametrize("error", [AutoReconnect("closed"), DuplicateKeyError("twice")])
def test_a_failure_that_comes_at_once_stops_nobody(
    deadlines: Deadlines, seconds: Seconds, error: PyMongoError
) -> None:
    """A lost connection or a refused write does not block the next operation."""
    with RequestScope():
        with pytest.raises(type(error)):
            operate(deadlines, seconds, 0, error)
        operate(deadlines, seconds, 0)


def test_commands_of_operators_are_not_bounded(deadlines: Deadlines, seconds: Seconds) -> None:
    """Outside a request an operation has no deadline."""
    for _ in range(2):
        with pytest.raises(NetworkTimeout):
            operate(deadlines, seconds, LONG, NetworkTimeout("late"))
    operate(deadlines, seconds, LONG)
