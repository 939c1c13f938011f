"""The database's process is killed while the service is in use."""

from __future__ import annotations

from tests.embedded.actors import asleep, kill
from tests.failures.conftest import Installation, bound
from tests.failures.load import Registrations
from tests.support.actors import Visitor, error_code
from tests.support.waiting import until

ROUNDS = 20


def test_requests_meanwhile_are_told_to_come_again(
    installation: Installation, owner: Visitor
) -> None:
    """S74: They get a 503 with `Retry-After` within two seconds, until it is back."""
    database = installation.database
    with Registrations(installation.server.base_url) as load:
        load.wait_for(10)
        with asleep(database.supervisor()):  # so long the database stays dead
            kill(database.server())
            until(lambda: len(load.refused) >= 12)
            longest = bound(owner)
        load.wait_for(10)
    assert {error_code(answer) for answer in load.refused} == {(503, "service_unavailable")}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in load.refused)
    assert max(answer.elapsed.total_seconds() for answer in load.refused) < longest


def test_no_acknowledged_user_is_lost(installation: Installation, owner: Visitor) -> None:
    """S74: After twenty kills under load every registered user can log in."""
    with Registrations(installation.server.base_url) as load:
        victim = installation.database.server()
        for _ in range(ROUNDS):
            load.wait_for(3)
            kill(victim)
            victim = installation.database_process_after(victim)
        load.wait_for(3)
    assert len(load.acknowledged) >= 3 * ROUNDS
    logins = {owner.authenticate(name).status_code for name in load.acknowledged}
    assert logins == {200}


def test_its_supervisor_is_replaced_too(installation: Installation, owner: Visitor) -> None:
    """S74: The database comes back even if the supervisor was killed as well."""
    name = owner.new_user()
    running = installation.database
    supervisor, victim = running.supervisor(), running.server()
    kill(supervisor)
    kill(victim)
    until(lambda: owner.authenticate(name).ok, what="the user logs in again")
    assert running.supervisor() != supervisor
