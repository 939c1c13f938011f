"""Operators' commands have no deadline, requests do."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient, monitoring

from authapi.accounts.store import INDEXES
from authapi.database import Database
from authapi.database.dumps import dump, restore
from authapi.embedded import ensure_running


class Bounds(monitoring.CommandListener):
    """Records which commands have a time limit on the server."""

    def __init__(self, database: str) -> None:
        self._database = database
        self.bounded: set[str] = set()
        self.free: set[str] = set()
        monitoring.register(self)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Look at the command."""
        if event.database_name == self._database:
            (self.bounded if "maxTimeMS" in event.command else self.free).add(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""


@pytest.fixture(scope="module")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A server of its own, since dropping thousands of documents blocks the embedded one."""
    own = tmp_path_factory.mktemp("own") / "mongo"
    return os.environ.get("TEST_MONGO_URI") or ensure_running(own)


@pytest.fixture
def name(mongo_uri: str) -> Iterator[str]:
    """What a database of the test's own is called."""
    name = f"test_{secrets.token_hex(6)}"
    yield name
    with MongoClient[dict[str, object]](mongo_uri) as client:
        client.drop_database(name)


@pytest.fixture
def bounds(name: str) -> Bounds:
    """What is told of commands on it."""
    return Bounds(name)


@pytest.fixture
def database(name: str, bounds: Bounds, mongo_uri: str) -> Iterator[Database]:
    """That database."""
    database = Database(lambda: mongo_uri, name, 60_000, INDEXES)
    yield database
    database.close()


def test_a_request_does_not_wait_for_indexes_without_an_end(
    database: Database, bounds: Bounds
) -> None:
    """The server gets a time limit for the command."""
    database.ensure_indexes()
    assert "createIndexes" in bounds.bounded
    assert not bounds.free


def test_an_operator_waits_for_indexes_of_a_large_collection(
    database: Database, bounds: Bounds
) -> None:
    """`flask db ensure-indexes` is not bound by MONGO_TIMEOUT_MS."""
    database.ensure_indexes(unbounded=True)
    assert "createIndexes" in bounds.free
    assert not bounds.bounded


def test_a_large_dump_and_its_restore_come_to_their_end(
    database: Database, bounds: Bounds, tmp_path: Path
) -> None:
    """Whole collections are read and written in batches."""
    database.unprepared["users"].insert_many(
        [{"_id": str(number), "name_key": str(number)} for number in range(2_500)]
    )
    bounds.bounded.clear()
    dump(database, tmp_path / "dump")
    assert restore(database, tmp_path / "dump", drop=True)["users"] == 2_500
    assert {"find", "getMore", "insert", "drop", "createIndexes"} <= bounds.free
    assert not bounds.bounded
