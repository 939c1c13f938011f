"""A development server whose database may be damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from authapi.settings import Settings
from tests.embedded.actors import Running
from tests.support.actors import Visitor
from tests.support.servers import ServerProcess, flask_run
from tests.support.waiting import until


@dataclass(frozen=True)
class Installation:
    """A folder with a development server's data, and the address of that server."""

    instance: Path
    server: ServerProcess

    @property
    def database(self) -> Running:
        """What runs for its database."""
        return Running(self.instance / "mongo")

    def database_process_after(self, old: int | None) -> int | None:
        """Wait for the process that takes the place of `old`."""
        return until(lambda: (pid := self.database.server()) != old and pid)


def bound(visitor: Visitor) -> float:
    """Return the seconds that a refusal may take: two, and more on a slow machine.

    What it adds is measured at answers that need no database, in the same breath.
    """
    answers = [visitor.send("GET", "/healthz") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    return 2 + 20 * max(answer.elapsed.total_seconds() for answer in answers)


def development(instance: Path) -> dict[str, str]:
    """Return the variables of a development server that keeps its data in `instance`.

    It waits for the database no longer than it does where nothing is set.
    """
    return {**patient(instance), "MONGO_TIMEOUT_MS": str(Settings.mongo_timeout_ms)}


def patient(instance: Path) -> dict[str, str]:
    """Return the same for tests that do not measure refusals."""
    return {"AUTHAPI_INSTANCE": str(instance)}


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A running development server, its database made and ready."""
    with flask_run(development(tmp_path)) as server:
        installation = Installation(tmp_path, server)
        yield installation


@pytest.fixture
def owner(installation: Installation) -> Iterator[Visitor]:
    """Someone who uses it."""
    owner = Visitor(installation.server.base_url)
    yield owner
    owner.close()
