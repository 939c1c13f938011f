"""A thousand concurrent logins, or as many as the limit on open files allows."""

from __future__ import annotations

import asyncio
import json
import resource
import secrets
from collections.abc import Iterator
from threading import Thread
from urllib.parse import urlsplit

import pytest

from authapi.accounts.registration import Registration
from authapi.accounts.service import AccountService
from authapi.administration.import_format import json_lines
from authapi.administration.imports import UserImport
from authapi.core.clock import utc_now
from authapi.database import Database
from authapi.settings import Settings
from authapi.wiring import build
from tests.races.memory import MIB, peak, resident
from tests.support.actors import PASSWORD, Visitor
from tests.support.servers import served_by_us
from tests.support.wire import RawAnswer, parsed

PEOPLE = 1000
OTHER_FILES = 200
"""Open files of a process besides the connections of the flood."""
PROCESSES = 2
SLOTS = 2
BUDGET_MIB = SLOTS * 19 * PROCESSES + 100
"""Over idle: what docs/operations.md says. 1,000 Argon2 hashes at once would take 19,000 MiB."""


@pytest.fixture
def crowd() -> Iterator[int]:
    """How many may connect at once: the limit of open files is raised as far as it may be."""
    soft, hard = limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = PEOPLE + OTHER_FILES
    if 0 <= soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    yield PEOPLE if soft == resource.RLIM_INFINITY else min(PEOPLE, soft - OTHER_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.fixture
def people(settings: Settings, crowd: int) -> list[str]:
    """The names of so many users, all with the one password."""
    services = build(settings, utc_now)
    guest = f"first-{secrets.token_hex(4)}"
    services[Registration].register(guest, PASSWORD)
    password_hash = services[AccountService].get_user(guest).password_hash
    names = [f"flood{number}-{secrets.token_hex(4)}" for number in range(crowd)]
    lines = [
        json.dumps({"username": name, "password_hash": password_hash}).encode() for name in names
    ]
    *_, summary = services[UserImport].run(
        json_lines(lines), lambda number, why: pytest.fail(f"{number}: {why}")
    )
    assert summary.imported == len(names)
    services[Database].close()
    return names


async def log_in(address: tuple[str, int], name: str, everybody: asyncio.Barrier) -> RawAnswer:
    """Log in over a connection of one's own, when everybody is connected."""
    reader, writer = await asyncio.open_connection(*address)
    body = json.dumps({"username": name, "password": PASSWORD}).encode()
    await everybody.wait()
    writer.write(
        b"POST /authenticate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    received = await reader.read()
    writer.close()
    return parsed(received)


async def all_log_in(base_url: str, names: list[str]) -> list[RawAnswer]:
    """Let everybody log in at once; return their answers."""
    address = urlsplit(base_url)
    everybody = asyncio.Barrier(len(names))
    where = (address.hostname or "", address.port or 80)
    return await asyncio.gather(*[log_in(where, name, everybody) for name in names])


def test_a_thousand_logins_cost_time_not_memory(
    environment: dict[str, str], people: list[str]
) -> None:
    """S12: Each gets a 200 or a 503, and other requests are served meanwhile."""
    answers: list[RawAnswer] = []
    with served_by_us({**environment, "PASSWORD_HASH_SLOTS": str(SLOTS)}) as server:
        guest = Visitor(server.base_url)
        assert guest.authenticate(people[0]).status_code == 200
        idle = resident(server.process.pid)
        rush = Thread(
            target=lambda: answers.extend(asyncio.run(all_log_in(server.base_url, people)))
        )
        rush.start()
        meanwhile = []
        while rush.is_alive():
            meanwhile.append(guest.send("GET", "/healthz").status_code)
        rush.join()
        grown = (peak(server.process.pid) - idle) / MIB
        guest.close()
    assert len(answers) == len(people)
    assert {answer.status for answer in answers} == {200, 503}
    refused = [answer for answer in answers if answer.status == 503]
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert sum(answer.status == 200 for answer in answers) >= SLOTS * PROCESSES
    assert set(meanwhile) == {200}
    assert grown < BUDGET_MIB, grown
