"""The time of `/password/forgot` does not tell who has an account."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

from authapi.limits.rules import Rate
from authapi.settings import Settings
from tests.recovery.conftest import Service
from tests.support.actors import Visitor, fresh_name
from tests.support.apps import served
from tests.support.clock import MovedClock

ATTEMPTS = 200


def seconds_to_ask(visitor: Visitor, username: str) -> float:
    """Return how long it takes to ask for a link, in seconds of processor time.

    Service and visitor share this process; unlike the clock on the wall, its processor time does
    not count what other programs do meanwhile.
    """
    started = time.process_time()
    answer = visitor.post("/password/forgot", {"username": username})
    taken = time.process_time() - started
    assert answer.status_code == 200
    return taken


def test_a_link_is_asked_for_in_the_same_time_for_everybody(
    service: Service, mailing: Settings
) -> None:
    """S80: medians of 200 questions each, taken in turns, differ by less than 10 %."""
    known, clock = service.owner(), MovedClock()
    unknown = "n" * len(known)
    often = replace(mailing, limit_resets=Rate.parse("100/minute"))
    with served(often, clock) as visitor:
        pairs = []
        for _ in range(ATTEMPTS):
            clock.move(minutes=2)  # within them the same question is one mail
            seconds_to_ask(visitor, fresh_name())  # who comes first also looks at what has ended
            pairs.append((seconds_to_ask(visitor, known), seconds_to_ask(visitor, unknown)))
    of_known, of_unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert abs(of_known / of_unknown - 1) < 0.10
