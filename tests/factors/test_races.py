"""Concurrent second steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests

from tests.support.actors import PASSWORD, Visitor
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.crowd import at_once
from tests.support.servers import CHEAP, workers
from tests.support.waiting import DEADLINE, until

ROUNDS = 12
AT_ONCE = 32


@pytest.fixture(scope="module")
def two_processes(environment: dict[str, str]) -> Iterator[str]:
    """A service of two worker processes, where codes may be tried without end."""
    settings = {**environment, "LIMITS": "off", "PASSWORD_HASH_QUEUE_LIMIT": "1000"}
    with workers(settings, processes=2, served=CHEAP) as server:
        yield server.base_url


def enrolled(base_url: str, clock: MovedClock) -> Owner:
    """Return somebody with an authenticator app; nobody moves the clock of another process."""
    owner = Owner(Visitor(base_url), clock)
    owner.begin()

    def confirmed() -> requests.Response | None:
        answer = owner.ask("POST", "/me/totp/confirm", code=owner.code(-1))
        return answer if answer.status_code == 200 else None

    answer = until(confirmed, "the step before is not yet the one before that")
    owner.tokens, owner.recovery = answer.json(), answer.json()["recovery_codes"]
    return owner


def used_at_once(owner: Owner, code: str) -> list[int]:
    """Use a code so many times at the same moment; return the status codes."""
    body = {"username": owner.name, "password": PASSWORD, "code": code}
    url = f"{owner.visitor.base_url}/authenticate"

    def use() -> int:
        return requests.post(url, json=body, timeout=DEADLINE).status_code

    functions: list[Callable[[], int]] = [use] * AT_ONCE
    return at_once(functions)


def test_of_uses_of_one_recovery_code_at_once_one_wins(
    two_processes: str, clock: MovedClock
) -> None:
    """S108: 32 requests to two processes, in several rounds."""
    for _ in range(ROUNDS // 6):
        owner = enrolled(two_processes, clock)
        for code in owner.recovery[:6]:
            statuses = used_at_once(owner, code)
            assert statuses.count(200) == 1
            assert set(statuses) == {200, 401}
        owner.visitor.close()


def test_of_uses_of_one_code_at_once_one_wins(two_processes: str, clock: MovedClock) -> None:
    """S104: 32 requests to two processes, in several rounds."""
    for _ in range(ROUNDS):
        owner = enrolled(two_processes, clock)
        statuses = used_at_once(owner, owner.code())
        assert statuses.count(200) == 1
        assert set(statuses) <= {200, 401}
        owner.visitor.close()
