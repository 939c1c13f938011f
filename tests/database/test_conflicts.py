"""Conflicting writes are repeated."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from authapi.database import WRITE_CONFLICT, Collections, Database, retry_conflicts
from authapi.embedded import ports, program, server
from authapi.embedded.data_directory import DataDirectory
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the embedded server is not there")

Client = MongoClient[dict[str, Any]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a real server that can be told to fail."""
    directory = DataDirectory(tmp_path_factory.mktemp("failing"))
    directory.prepare()
    with ports.reserved() as port:
        options = ["--enable-test-commands"]
        process = server.start(directory, program.installed().path, port, *options)
        until(lambda: ports.is_open(port))
        with Client(f"mongodb://127.0.0.1:{port}/?directConnection=true") as client:
            yield client
        server.stop(process, port)


@pytest.fixture
def collections(client: Client) -> Iterator[Collections]:
    """The service's own connection to it."""
    host, port = client.address or ("", 0)
    uri = f"mongodb://{host}:{port}/?directConnection=true&retryWrites=false"
    database = Database(lambda: uri, "authapi", 60_000, indexes=())
    database["things"].delete_many({})
    database["things"].insert_one({"_id": 1, "n": 0})
    yield database
    database.close()


def let_conflict(client: Client, command: str, times: int) -> None:
    """Make the server answer the next commands of that name with a conflict."""
    data = {"failCommands": [command], "errorCode": WRITE_CONFLICT}
    client.admin.command("configureFailPoint", "failCommand", mode={"times": times}, data=data)


def test_a_conflict_is_repeated(client: Client, collections: Collections) -> None:
    """A write with three conflicts succeeds in the end, once."""
    let_conflict(client, "update", 3)
    result = collections["things"].update_one({"_id": 1}, {"$inc": {"n": 1}})
    assert result.modified_count == 1
    assert collections["things"].find_one({"_id": 1}) == {"_id": 1, "n": 1}


def test_the_end_of_a_session_is_not_lost(client: Client, collections: Collections) -> None:
    """S58: A delete that conflicts with an update is repeated."""
    let_conflict(client, "delete", 2)
    assert collections["things"].delete_one({"_id": 1}).deleted_count == 1


def test_an_endless_conflict_is_the_databases_failure(
    client: Client, collections: Collections
) -> None:
    """S74: It becomes an error, which is answered by a 503."""
    let_conflict(client, "update", 1000)
    with pytest.raises(OperationFailure) as failure:
        collections["things"].update_one({"_id": 1}, {"$inc": {"n": 1}})
    client.admin.command("configureFailPoint", "failCommand", mode="off")
    assert failure.value.code == WRITE_CONFLICT
    assert collections["things"].find_one({"_id": 1}) == {"_id": 1, "n": 0}


def test_no_other_failure_is_repeated() -> None:
    """Any other error is raised at once."""
    tries: list[int] = []

    def write() -> None:
        tries.append(1)
        raise OperationFailure("no right to", code=13)

    with pytest.raises(OperationFailure):
        retry_conflicts(write)
    assert len(tries) == 1
