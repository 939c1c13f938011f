"""Refusing a body while the client is still sending it."""

from collections import Counter

import requests

from tests.support.servers import workers
from tests.support.waiting import DEADLINE

SIZES = (40_000, 200_000, 900_000)
TIMES = 80


def test_whoever_sends_too_much_gets_to_read_the_refusal(environment: dict[str, str]) -> None:
    """S9: The connection is not reset before the 413 is read."""
    with workers(environment, processes=1) as server, requests.Session() as http:
        seen: Counter[object] = Counter()
        for size in TIMES * SIZES:
            try:
                answer = http.post(server.base_url + "/register", json="x" * size, timeout=DEADLINE)
                seen[answer.status_code] += 1
            except requests.ConnectionError as error:
                seen[type(error).__name__] += 1
    assert seen == {413: TIMES * len(SIZES)}
