"""A database with another program's documents in our collections."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from authapi.database import Database, ForeignDocuments
from authapi.settings import Settings
from authapi.wiring import build_database
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.apps import served
from tests.support.commands import Commands

FOREIGN = {"username": "ann", "password": "$2b$12$of-another-program"}


@pytest.fixture(params=[1, 2])
def shared(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Database]:
    """A database in which another program has one user, or two."""
    database = build_database(
        replace(settings, mongo_database=f"shared_{request.param}_{request.node.name[5:25]}")
    )
    documents: list[dict[str, Any]] = [dict(FOREIGN) for _ in range(request.param)]
    database.unprepared["users"].insert_many(documents)
    yield database
    database.unprepared["users"].database.client.drop_database(
        database.unprepared["users"].database.name
    )
    database.close()


@pytest.fixture
def visitor(shared: Database, settings: Settings) -> Iterator[Visitor]:
    """Someone who uses the service on it."""
    name = shared.unprepared["users"].database.name
    with served(replace(settings, mongo_database=name)) as visitor:
        yield visitor


def test_nothing_is_served_over_them(shared: Database, visitor: Visitor) -> None:
    """S137: No registration or login works, and no document or index is added."""
    for answer in (visitor.register("ann"), visitor.authenticate("ann"), visitor.register("bob")):
        assert error_code(answer) == (503, "service_unavailable")
        assert PASSWORD not in answer.text
    users = shared.unprepared["users"]
    assert [{**found, "_id": 0} for found in users.find()] == [
        {**FOREIGN, "_id": 0} for _ in range(users.count_documents({}))
    ]
    assert set(users.index_information()) == {"_id_"}


def test_readiness_names_them_and_the_ways_out(visitor: Visitor) -> None:
    """S137: It names the collection, the command that adopts them and the setting."""
    problem = visitor.send("GET", "/readyz").json()["checks"]["indexes"]
    assert "The collection users" in problem
    assert "documents of another program" in problem
    assert "flask users adopt" in problem
    assert "MONGO_DATABASE" in problem
    assert "duplicates" not in problem


def test_the_log_names_them(shared: Database, caplog: pytest.LogCaptureFixture) -> None:
    """S137: Each attempt logs an error."""
    with pytest.raises(ForeignDocuments):
        shared.prepare()
    assert "The collection users" in caplog.text
    assert {record.levelname for record in caplog.records} == {"ERROR"}


def test_once_they_are_ours_they_are_served(shared: Database, visitor: Visitor) -> None:
    """S137: After an adoption or a move no restart is needed."""
    assert visitor.register("carol").status_code == 503
    shared.unprepared["users"].delete_many({})
    assert visitor.register("carol").status_code == 200


def test_ours_are_looked_for_once_for_each_process(settings: Settings) -> None:
    """Later requests need no command for it."""
    commands = Commands(str(settings.mongo_database))
    database = build_database(settings)
    sent = []
    for _ in range(3):
        database["users"].find_one({"name_key": "nobody"})
        sent.append(commands.since_last())
    database.close()
    looks = ["find sessions"] * 2 + ["find users"]
    assert [sorted(each) for each in sent] == [
        [*looks, "find users"],
        ["find users"],
        ["find users"],
    ]


@pytest.mark.parametrize("lacking", ["expires_at", "user_id"])
def test_another_programs_sessions_are_left_alone(settings: Settings, lacking: str) -> None:
    """S137: No TTL index is made that would remove them."""
    foreign: dict[str, Any] = {"expires_at": datetime(2020, 1, 1, tzinfo=UTC), "user_id": "ann"}
    del foreign[lacking]
    database = build_database(replace(settings, mongo_database=f"shared_sessions_{lacking}"))
    sessions = database.unprepared["sessions"]
    sessions.insert_one(foreign)
    with pytest.raises(ForeignDocuments, match=f"collection sessions .* without {lacking}"):
        database.prepare()
    assert set(sessions.index_information()) == {"_id_"}
    sessions.database.client.drop_database(sessions.database.name)
    database.close()
