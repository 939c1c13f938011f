"""Processes that share a database, and how long it runs."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.embedded.actors import Running, User, kill
from tests.embedded.conftest import Join
from tests.support.waiting import until

WAITING = """
import pathlib, sys, time
import authapi.embedded
print("ready", flush=True)
while not (pathlib.Path(sys.argv[1]) / "go").exists():
    time.sleep(0.01)
"""


def test_two_processes_share_one_server(folder: Path, join: Join) -> None:
    """The second process uses the running server."""
    first = join(folder).answer()
    server = Running(folder).server()

    assert join(folder).answer() == first
    assert Running(folder).server() == server


def test_first_start_by_many_at_once(new_folder: Path, join: Join) -> None:
    """Eight processes that start together make one database and one server."""
    users = [join(new_folder) for _ in range(8)]

    uris = {user.answer() for user in users}

    assert len(uris) == 1
    assert uris.pop().startswith("mongodb://authapi:")


def test_reload_keeps_the_server(folder: Path, join: Join) -> None:
    """A moment without users, as at a reload, does not stop the server."""
    user = join(folder)
    uri = user.answer()
    server = Running(folder).server()
    next_one = join(folder, prelude=WAITING)
    assert next_one.answer() == "ready"  # so that it is back in a moment on a slow machine, too
    user.leave()

    (folder / "go").touch()

    assert next_one.answer() == uri
    assert Running(folder).server() == server


@pytest.mark.parametrize("end", [User.leave, User.kill])
def test_everything_ends_after_the_last_user(
    folder: Path, join: Join, end: Callable[[User], None]
) -> None:
    """Server and supervisor stop soon after, even if that user was killed."""
    user = join(folder)
    assert user.answer()

    end(user)

    until(Running(folder).nothing)


def test_server_stays_for_those_who_remain(folder: Path, join: Join) -> None:
    """It goes on when the process that started it ends."""
    first, second = join(folder), join(folder)
    uri = first.answer()
    assert second.answer() == uri
    server = Running(folder).server()

    first.kill()

    second.call()
    assert second.answer() == uri
    assert Running(folder).server() == server


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next supervisor ends the server")
def test_nothing_stays_when_all_are_killed(folder: Path, join: Join) -> None:
    """The server stops by itself when user and supervisor are killed."""
    user = join(folder)
    assert user.answer()

    supervisor = Running(folder).supervisor()
    user.kill()
    kill(supervisor)

    until(Running(folder).nothing)
