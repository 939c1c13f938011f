"""The cost of the check for revocations."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from authapi import create_app
from authapi.core.identity import Identity
from authapi.database import FAILURES, Database
from authapi.revocation.service import Revocations
from authapi.revocation.store import RevocationStore
from authapi.settings import Settings
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.revocation.conftest import SETTINGS, Counted
from tests.support.claims import session_of
from tests.support.clock import MovedClock
from tests.support.commands import Commands
from tests.support.waiting import until


def test_a_thousand_checks_cost_one_read(
    revocations: Revocations,
    counted: Counted,
    clock: MovedClock,
    holder: Callable[[str], Identity],
) -> None:
    """S58: The copy is used for half a second."""
    identity = holder("s1")
    stopped = clock()
    frozen = Revocations(RevocationStore(counted), SETTINGS, lambda: stopped)
    for _ in range(1000):
        frozen.check(identity)
    assert counted.calls == 1


def test_a_thousand_requests_cost_one_command(settings: Settings, clock: MovedClock) -> None:
    """S58: A process asks the database at most twice a second."""
    stopped = clock()
    name = f"test_{secrets.token_hex(6)}"
    commands = Commands(name)
    app = create_app(replace(settings, mongo_database=name), lambda: stopped)
    services = services_of(app)
    services[Database].prepare()
    token = services[TokenService].issue_access(session_of("ann")).access_token
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}
    commands.since_last()
    assert {client.get("/protected", headers=headers).status_code for _ in range(1000)} == {200}
    assert commands.since_last() == ["find revocations", "find users"]
    services[Database].close()


def test_a_dead_database_is_waited_for_once(
    counted: Counted, clock: MovedClock, holder: Callable[[str], Identity]
) -> None:
    """S74: Requests that wait at the same time share one attempt."""
    cold = Revocations(RevocationStore(counted), SETTINGS, clock)
    counted.away, counted.gate = True, Barrier(2)
    with ThreadPoolExecutor(8) as crowd:
        checks = [crowd.submit(cold.check, holder("s1")) for _ in range(8)]
        until(lambda: counted.calls == 1)
        counted.gate.wait()
    assert all(isinstance(check.exception(), FAILURES) for check in checks)
    assert counted.calls < 8
