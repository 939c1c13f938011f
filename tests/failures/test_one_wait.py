"""A request waits for an unavailable database only once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from authapi.core.secrets import Secret
from authapi.embedded import ensure_running
from authapi.settings import Settings
from tests.embedded.actors import Running, asleep
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.crowd import at_once
from tests.support.waiting import until

SELECTION = logging.getLogger("pymongo.serverSelection")


class Tries(logging.Handler):
    """Counts the operations that PyMongo began, by its log of server selections."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.count = 0
        self.of = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record that says so."""
        told = record.getMessage()
        self.count += "Server selection started" in told and self.of in told


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
    """S74: The check for revocations and the view share the wait."""
    clock, folder = MovedClock(), tmp_path / "mongo"
    uri = Secret(ensure_running(folder, wait_seconds=300))
    own = replace(settings, mongo_uri=uri)
    with served(own, clock) as patient:
        header = {"Authorization": f"Bearer {patient.log_in()['access_token']}"}
    with served(replace(own, mongo_timeout_ms=1000), clock) as visitor:
        until(lambda: visitor.send("GET", path, headers=header).ok, "it answers in time")
        clock.move(seconds=5)  # the copy of the revocations is to be renewed
        tries.of = f", {urlsplit(uri.reveal()).port})"  # as it tells a server
        tries.count = 0
        with asleep(Running(folder).server()):
            answer = visitor.send("GET", path, headers=header)
            assert error_code(answer) == (503, "service_unavailable")
            assert tries.count == 1


def test_logins_of_one_account_wait_together(tmp_path: Path, settings: Settings) -> None:
    """S74: 24 logins get their 503 at the same time."""
    folder = tmp_path / "mongo"
    uri = Secret(ensure_running(folder, wait_seconds=300))
    own = replace(settings, mongo_uri=uri)
    with served(own) as patient:
        name = patient.new_user()
    with served(replace(own, mongo_timeout_ms=1000)) as visitor:
        until(lambda: visitor.authenticate(name).ok, "it answers in time")
        with asleep(Running(folder).server()):
            alone = visitor.authenticate(name)
            people = [Visitor(visitor.base_url) for _ in range(24)]
            answers = at_once([partial(one.authenticate, name) for one in people])
        for one in people:
            one.close()
    assert {error_code(answer) for answer in [alone, *answers]} == {(503, "service_unavailable")}
    assert max(answer.elapsed for answer in answers) < 12 * alone.elapsed
