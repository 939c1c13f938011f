"""The embedded database after a process was killed."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from pymongo import MongoClient

from authapi.embedded import locks
from tests.embedded.actors import ROOT, Running, kill
from tests.embedded.conftest import Join, some
from tests.support.processes import lives
from tests.support.waiting import until

# It holds the server's lock as a server does.
ORPHAN = """
import os, pathlib, sys, time
from authapi.embedded import locks
lock = locks.lock(pathlib.Path(sys.argv[1]) / "server.lock")
locks.describe(lock, str(os.getpid()))
time.sleep(600)
"""


def test_killed_server_comes_back(folder: Path, join: Join) -> None:
    """A crashed server is restarted on the same port by itself."""
    uri = join(folder).answer()
    crashed = Running(folder).server()

    kill(crashed)

    until(lambda: Running(folder).server() not in (None, crashed))
    with MongoClient[dict[str, object]](uri) as client:
        assert client.admin.command("ping")["ok"]


def test_killed_supervisor_is_replaced(folder: Path, join: Join) -> None:
    """The next call starts supervisor and server, with the data."""
    user = join(folder)
    uri = user.answer()
    with MongoClient[dict[str, object]](uri) as client:
        client.authapi.things.insert_one({"_id": 1})
        kill(Running(folder).supervisor())

        user.call()

        assert user.answer() == uri
        assert client.authapi.things.find_one() == {"_id": 1}


def test_orphan_is_ended_first(folder: Path, join: Join) -> None:
    """A server without its supervisor is ended before another opens the data."""
    command = [sys.executable, "-c", ORPHAN, str(folder)]
    with subprocess.Popen(command, cwd=ROOT) as orphan:
        until(Running(folder).server)

        assert join(folder).answer().startswith("mongodb://")

        assert orphan.wait() == -signal.SIGKILL


def test_first_start_is_finished_by_the_next(tmp_path: Path, join: Join) -> None:
    """A start that was killed before the user was created is completed."""
    folder = next(each for each in some(tmp_path) if killed_without_a_user(each, join))

    assert join(folder).answer().startswith("mongodb://")


def killed_without_a_user(folder: Path, join: Join) -> bool:
    """Start a database and kill everything; tell whether that was soon enough."""
    user = join(folder)
    running = Running(folder)
    until(lambda: folder.exists() and running.server())
    supervisor, server = running.supervisor(), running.server()
    user.kill()
    kill(supervisor)
    kill(server)
    return not (folder / "password").exists()


def test_user_without_a_known_password_gets_another(folder: Path, join: Join) -> None:
    """If the password was not stored yet, the next start sets a new one."""
    forgotten = (folder / "password").read_text()
    (folder / "password").unlink()

    uri = join(folder).answer()

    assert uri.startswith("mongodb://")
    assert forgotten not in uri


def test_garbage_in_the_small_files(folder: Path, join: Join) -> None:
    """Incomplete or outdated files of an earlier crash do not prevent a start."""
    for name in ("port", "supervisor.lock", "server.lock"):
        (folder / name).write_text("1x")

    assert join(folder).answer().startswith("mongodb://")


def test_deleted_folder_is_made_anew(folder: Path, join: Join) -> None:
    """If the folder is deleted, the next call makes a new database."""
    user = join(folder)
    forgotten = user.answer()
    server = Running(folder).server()
    shutil.rmtree(folder)

    user.call()

    uri = user.answer()
    assert uri.startswith("mongodb://")
    assert uri != forgotten
    assert Running(folder).server() != server
    assert locks.is_locked(folder / "users.lock")
    until(lambda: not lives(server))
