"""Who shares a database, and when it is there."""

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
    """Whoever comes second gets the server that is there."""
    first = join(folder).answer()
    server = Running(folder).server()

    assert join(folder).answer() == first
    assert Running(folder).server() == server


def test_first_start_by_many_at_once(new_folder: Path, join: Join) -> None:
    """Eight processes that start together make one database with one server."""
    users = [join(new_folder) for _ in range(8)]

    uris = {user.answer() for user in users}

    assert len(uris) == 1
    assert uris.pop().startswith("mongodb://authapi:")


def test_reload_keeps_the_server(folder: Path, join: Join) -> None:
    """A moment without users, as when code is reloaded, does not end the server."""
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
    """Server and supervisor end soon after the last user did, even one that was killed."""
    user = join(folder)
    assert user.answer()

    end(user)

    until(Running(folder).nothing)


def test_server_stays_for_those_who_remain(folder: Path, join: Join) -> None:
    """The first user may leave before the second."""
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
    """A server whose user and supervisor are killed together ends by itself."""
    user = join(folder)
    assert user.answer()

    supervisor = Running(folder).supervisor()
    user.kill()
    kill(supervisor)

    until(Running(folder).nothing)
