"""The database's disk becomes full, and is freed later."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from tests.embedded.actors import Running
from tests.embedded.conftest import Join
from tests.support.processes import lives
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there has Python prlimit")


def let_write(pid: int, size: int) -> None:
    """Limit the size of files that a process and its children can write.

    To the server that is a disk without room: its writes fail, and its storage engine gives up.
    """
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_server_is_restarted_once_it_answers_only_errors(folder: Path, join: Join) -> None:
    """A server that a full disk broke still listens; it is detected and restarted."""
    uri = join(folder).answer()
    broken = Running(folder).server()
    assert broken
    let_write(broken, 0)
    with MongoClient[dict[str, object]](uri) as client:
        with pytest.raises(OperationFailure, match="internal server error"):
            client.authapi.things.insert_one({"_id": 1})

        until(lambda: not lives(broken))

        until(lambda: Running(folder).server() not in (None, broken))
        client.authapi.things.insert_one({"_id": 2})
        assert client.authapi.things.count_documents({}) >= 1
    assert "answers only errors" in (folder / "supervisor.log").read_text()


def test_room_is_used_as_soon_as_there_is_some(folder: Path, join: Join) -> None:
    """While the disk is full calls fail at once; afterwards everything works."""
    user = join(folder)
    uri = user.answer()
    server, supervisor = Running(folder).server(), Running(folder).supervisor()
    assert server
    with MongoClient[dict[str, object]](uri) as client:
        client.authapi.things.insert_one({"_id": 1})
        let_write(supervisor, 0)
        let_write(server, 0)
        with pytest.raises(OperationFailure):
            client.authapi.things.insert_one({"_id": 2})

        until(lambda: not lives(supervisor))  # it gave up

        until(lambda: user.ask() == uri)
        assert client.authapi.things.find_one({"_id": 1})
