"""A rush of logins on one process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, islice
from threading import Thread

import pytest
import requests

from tests.races.conftest import Crowd
from tests.races.memory import MIB, peak, resident
from tests.support.actors import Visitor
from tests.support.servers import ServerProcess, workers

FLOOD = 200
BUDGET_MIB = 150
"""Over idle, with two hash slots. 200 Argon2 hashes at once would take 3800 MiB."""


def flood(server: ServerProcess, names: Sequence[str]) -> list[requests.Response]:
    """Let 200 people log in at once, as these users in turn."""
    people = [partial(Visitor.authenticate, username=name) for name in islice(cycle(names), FLOOD)]
    return Crowd(server.base_url).all_do(*people)


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[ServerProcess]:
    """One process with 64 threads."""
    settings = {**environment, "PASSWORD_HASH_SLOTS": "2"}
    with workers(settings, processes=1, threads=64) as server:
        yield server


@pytest.fixture
def guest(server: ServerProcess) -> Iterator[Visitor]:
    guest = Visitor(server.base_url)
    yield guest
    guest.close()


def test_a_flood_of_logins_costs_time_not_memory(server: ServerProcess, guest: Visitor) -> None:
    """S12: 200 logins at once: 200 or 503 with `Retry-After`, memory under the budget."""
    names = [guest.new_user() for _ in range(10)]
    guest.log_in(names[0])
    idle = resident(server.process.pid)
    answers = flood(server, names)
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert sum(answer.status_code == 200 for answer in answers) >= 40
    refused = [answer for answer in answers if answer.status_code == 503]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert (peak(server.process.pid) - idle) / MIB < BUDGET_MIB


def test_one_account_leaves_seats_to_the_others(server: ServerProcess, guest: Visitor) -> None:
    """S12: while 200 people try one account, another user logs in."""
    other = guest.new_user()
    logins = Thread(target=flood, args=(server, ["nobody"]))
    logins.start()
    seen = set()
    while logins.is_alive():
        seen.add(guest.authenticate(other).status_code)
    logins.join()
    assert seen == {200}


def test_the_rest_is_served_during_a_flood(server: ServerProcess, guest: Visitor) -> None:
    """S12: while 200 people log in, other requests are answered, each within two seconds."""
    token = guest.log_in(guest.new_user())["access_token"]
    logins = Thread(target=flood, args=(server, [f"nobody {number}" for number in range(10)]))
    logins.start()
    served = []
    while logins.is_alive():
        served += [guest.send("GET", "/healthz"), guest.protected(token)]
    logins.join()
    assert len(served) >= 4
    assert {answer.status_code for answer in served} == {200}
    assert max(answer.elapsed.total_seconds() for answer in served) < 2
