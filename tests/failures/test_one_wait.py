"""However often a request needs the database, it waits for it once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from authapi.core.secrets import Secret
from authapi.embedded import ensure_running
from authapi.settings import Settings
from tests.embedded.actors import Running, asleep
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.crowd import at_once

SELECTION = logging.getLogger("pymongo.serverSelection")


class Tries(logging.Handler):
    """Counts how often PyMongo began an operation: each begins with the choice of a server."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record that says so."""
        self.count += "Server selection started" in record.getMessage()


@pytest.fixture
def tries() -> Iterator[Tries]:
    tries = Tries()
    SELECTION.addHandler(tries)
    SELECTION.setLevel(logging.DEBUG)
    yield tries
    SELECTION.setLevel(logging.NOTSET)
    SELECTION.removeHandler(tries)


@pytest.mark.parametrize("path", ["/sessions", "/me", "/me/activity"])
def test_a_bearer_route_waits_once(
    tmp_path: Path, settings: Settings, tries: Tries, path: str
) -> None:
    """S74: though it looks for revocations first, and goes on with its copy when it finds none."""
    clock, folder = MovedClock(), tmp_path / "mongo"
    uri = Secret(ensure_running(folder, wait_seconds=300))
    own = replace(settings, mongo_uri=uri, mongo_timeout_ms=1000)
    with served(own, clock) as visitor:
        header = {"Authorization": f"Bearer {visitor.log_in()['access_token']}"}
        assert visitor.send("GET", path, headers=header).status_code == 200
        clock.move(seconds=5)  # the copy of the revocations is to be renewed
        tries.count = 0
        with asleep(Running(folder).server()):
            answer = visitor.send("GET", path, headers=header)
            assert error_code(answer) == (503, "service_unavailable")
            assert tries.count == 1


def test_logins_of_one_account_wait_together(tmp_path: Path, settings: Settings) -> None:
    """S74: 24 at once are told 503 together, not one after the other."""
    folder = tmp_path / "mongo"
    uri = Secret(ensure_running(folder, wait_seconds=300))
    own = replace(settings, mongo_uri=uri, mongo_timeout_ms=1000)
    with served(own) as visitor:
        name = visitor.new_user()
        with asleep(Running(folder).server()):
            alone = visitor.authenticate(name)
            people = [Visitor(visitor.base_url) for _ in range(24)]
            answers = at_once([partial(one.authenticate, name) for one in people])
        for one in people:
            one.close()
    assert {error_code(answer) for answer in [alone, *answers]} == {(503, "service_unavailable")}
    assert max(answer.elapsed for answer in answers) < 4 * alone.elapsed
