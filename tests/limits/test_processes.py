"""Several processes share the limits, which also survive a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.limits.conftest import WRONG, fail, new_address
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.servers import CHEAP, workers
from tests.support.waiting import DEADLINE

CROWD = 50
LIMITS = {
    "TRUSTED_PROXIES": "1",
    "LIMIT_LOGIN_FAILURES": "5/hour",
    "LIMIT_REGISTRATIONS": "5/hour",
    "LIMIT_REFRESHES": "5/hour",
}


@pytest.fixture(scope="module")
def processes(environment: dict[str, str]) -> Iterator[str]:
    """The address of three server processes."""
    with workers({**environment, **LIMITS}, processes=3, threads=24, served=CHEAP) as server:
        yield server.base_url


def all_at_once(base_url: str, path: str, bodies: list[dict[str, str]]) -> list[tuple[int, Any]]:
    """Post all bodies from one address at the same moment; return status and code of each."""
    address, ready = new_address(), threading.Barrier(len(bodies))

    def post(body: dict[str, str]) -> tuple[int, Any]:
        visitor = Visitor(base_url, forwarded_for=address)
        ready.wait(timeout=DEADLINE)
        answer = visitor.post(path, body)
        visitor.close()
        return answer.status_code, answer.json().get("code")

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


@pytest.mark.parametrize("registered", [True, False])
def test_of_fifty_guesses_at_once_exactly_five_are_answered(
    processes: str, registered: bool
) -> None:
    """S29: This holds over three processes, for known and unknown names."""
    visitor = Visitor(processes, forwarded_for=new_address())
    for _ in range(5):
        name = visitor.new_user() if registered else fresh_name()
        bodies = [{"username": name, "password": WRONG}] * CROWD
        answers = all_at_once(processes, "/authenticate", bodies)
        assert answers.count((401, "invalid_credentials")) == 5
        assert answers.count((429, "rate_limited")) == CROWD - 5
        visitor.close()
        visitor = Visitor(processes, forwarded_for=new_address())
    visitor.close()


def test_of_fifty_registrations_at_once_exactly_five_are_made(processes: str) -> None:
    """S29: The other limits are exact as well."""
    bodies = [{"username": fresh_name(), "password": WRONG} for _ in range(CROWD)]
    answers = all_at_once(processes, "/register", bodies)
    assert answers.count((200, None)) == 5
    assert answers.count((429, "rate_limited")) == CROWD - 5


def test_of_fifty_refused_refreshes_at_once_exactly_five_are_told(processes: str) -> None:
    """S29: The others get a 429; valid refreshes pass."""
    bodies = [{"refresh_token": f"rubbish {number}"} for number in range(CROWD)]
    answers = all_at_once(processes, "/refresh", bodies)
    assert answers.count((400, "invalid_refresh_token")) == 5
    assert answers.count((429, "rate_limited")) == CROWD - 5


def test_honest_refreshes_meet_no_limit(processes: str) -> None:
    """Fifty sessions of one address can refresh at once."""
    visitor = Visitor(processes, forwarded_for=new_address())
    name = visitor.new_user()
    tokens = [visitor.log_in(name)["refresh_token"] for _ in range(CROWD)]
    visitor.close()
    bodies = [{"refresh_token": token} for token in tokens]
    assert {status for status, _ in all_at_once(processes, "/refresh", bodies)} == {200}


def test_right_passwords_at_once_are_not_taken_for_failures(processes: str) -> None:
    """Forty concurrent logins succeed with a limit of five failures."""
    visitor = Visitor(processes, forwarded_for=new_address())
    name = visitor.new_user()
    visitor.close()
    body = {"username": name, "password": "correct horse battery"}
    assert {status for status, _ in all_at_once(processes, "/authenticate", [body] * 40)} == {200}


def test_a_restart_does_not_forget(environment: dict[str, str]) -> None:
    """S30: Failures before it count after it."""
    name, address = fresh_name(), new_address()
    settings = {**environment, **LIMITS}
    for expected in ([401] * 5, [429]):
        with workers(settings, processes=1, served=CHEAP) as server:
            visitor = Visitor(server.base_url, forwarded_for=address)
            assert fail(visitor, name, len(expected)) == expected
            refused = visitor.authenticate(name)
            visitor.close()
    assert error_code(refused) == (429, "rate_limited")
