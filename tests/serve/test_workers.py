"""A worker process is killed."""

from __future__ import annotations

import os
import signal

from tests.races.memory import family
from tests.serve.traffic import Person, Traffic
from tests.support.actors import Visitor, fresh_name
from tests.support.servers import served_by_us
from tests.support.waiting import until


def test_a_killed_worker_is_replaced(environment: dict[str, str]) -> None:
    """Users registered by it can log in."""
    told: list[str] = []

    def newcomer(answer: bytes | None) -> tuple[str, str, dict[str, str], dict[str, str]]:
        name = fresh_name()
        if answer is None or b'"ok"' in answer:
            told.append(name)
        body = {"username": name, "password": "correct horse battery"}
        return "POST", "/register", body, {"Content-Type": "application/json"}

    with served_by_us(environment) as server:
        before = until(lambda: _two_workers(server.process.pid))
        with Traffic([Person(server.base_url, newcomer, keep_alive=True) for _ in range(4)]) as use:
            use.wait_for(10)
            os.kill(before[0], signal.SIGKILL)
            after = until(lambda: _two_workers(server.process.pid, dead=before[0]))
            use.wait_for(10)
        guest = Visitor(server.base_url)
        assert before[1] in after
        logins = {guest.authenticate(name).status_code for name in told[:-4]}
        assert logins == {200}
        guest.close()


def _two_workers(server: int, dead: int = 0) -> list[int] | None:
    alive = [pid for pid in family(server)[1:] if pid != dead]
    return alive if len(alive) == 2 else None
