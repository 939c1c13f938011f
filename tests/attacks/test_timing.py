"""The time of a refusal does not tell who has an account."""

import statistics
import time
from dataclasses import replace

from authapi.settings import Settings
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.apps import served

ATTEMPTS = 200


def seconds_to_refuse(visitor: Visitor, username: str) -> float:
    """Return how long the refusal of a wrong password takes, in seconds of processor time.

    Service and visitor share this process; unlike the clock on the wall, its processor time does
    not count what other programs do meanwhile.
    """
    started = time.process_time()
    answer = visitor.authenticate(username, "not the password")
    taken = time.process_time() - started
    assert error_code(answer) == (401, "invalid_credentials")
    return taken


def test_an_unknown_user_is_refused_in_the_time_of_a_known_one(settings: Settings) -> None:
    """S21: medians of 200 attempts each, taken in turns, differ by less than 10 %."""
    real_cost = replace(settings, argon2_memory_kib=Settings.argon2_memory_kib)
    with served(real_cost) as visitor:
        known = visitor.new_user()
        pairs = [
            (seconds_to_refuse(visitor, known), seconds_to_refuse(visitor, fresh_name()))
            for _ in range(ATTEMPTS)
        ]
    of_known, of_unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert abs(of_known / of_unknown - 1) < 0.10
