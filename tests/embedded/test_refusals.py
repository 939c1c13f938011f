"""Errors say what to do when there is no database."""

import os
import sysconfig
from pathlib import Path

from authapi.embedded import locks
from tests.embedded.conftest import Join
from tests.support.waiting import until


def test_data_of_another_version(folder: Path, join: Join) -> None:
    """They are refused and kept, and the error names both remedies."""
    (folder / "version").write_text("0.0.1")

    answer = join(folder).answer()

    assert "written by SecantusDB 0.0.1" in answer
    assert f"delete {folder}" in answer
    assert (folder / "version").read_text() == "0.0.1"


def test_server_not_installed(tmp_path: Path, new_folder: Path, join: Join) -> None:
    """The error says to set MONGO_URI or to use another Python."""
    others = tmp_path / "packages"
    others.mkdir()
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.lower().startswith("secantus"):
            (others / package.name).symlink_to(package)

    # Python finds the packages in this folder only.
    prelude = "import sys; sys.path = [p for p in sys.path if 'site-packages' not in p]\n"
    answer = join(new_folder, prelude=prelude, PYTHONPATH=str(others)).answer()

    assert answer.startswith("unavailable: SecantusDB")
    assert "set MONGO_URI" in answer
    assert "Python 3.11 to 3.13" in answer


def test_no_locks_on_this_system(new_folder: Path, join: Join) -> None:
    """Without `flock`, as on Windows, the first use says so."""
    prelude = "import asyncio, sys; sys.modules['fcntl'] = None\n"

    answer = join(new_folder, prelude=prelude).answer()

    assert answer.startswith("unavailable: The embedded database does not run on Windows")


def test_folder_that_cannot_be_made(tmp_path: Path, join: Join) -> None:
    """The error names the folder."""
    (tmp_path / "instance").write_text("a file")

    answer = join(tmp_path / "instance" / "mongo").answer()

    assert answer.startswith("unavailable:")
    assert f"cannot use {tmp_path / 'instance' / 'mongo'}" in answer


def test_server_that_cannot_start(folder: Path, join: Join) -> None:
    """The error has the server's output; starts are counted."""
    (folder / "data" / "WiredTiger.wt").write_bytes(b"damaged")

    answer = join(folder).answer()

    assert "gave up" in answer
    assert str(folder / "supervisor.log") in answer
    assert "WiredTigerError" in answer


def test_reason_is_remembered(folder: Path, join: Join) -> None:
    """Later calls get the reason at once, without another start."""
    (folder / "data" / "WiredTiger.wt").write_bytes(b"damaged")
    user = join(folder)
    reason = user.answer()

    # The supervisor's lock is taken: a try is under way, and takes as long as it likes.
    trying = until(lambda: locks.try_lock(folder / "supervisor.lock"))
    answers = [user.ask() for _ in range(3)]
    os.close(trying)

    assert answers == [reason] * 3


def test_repaired_database_is_found(folder: Path, join: Join) -> None:
    """Once the cause is removed, the same process gets the database."""
    config = folder / "data" / "WiredTiger.wt"
    whole = config.read_bytes()
    config.write_bytes(b"damaged")
    user = join(folder)
    assert "gave up" in user.answer()

    config.write_bytes(whole)

    until(lambda: user.ask().startswith("mongodb://"))


def test_wrong_password(folder: Path, join: Join) -> None:
    """The error names the wrong password and the remedy, at once."""
    right = (folder / "password").read_text()
    (folder / "password").write_text("the-password-of-another-database")
    user = join(folder)

    answer = user.answer()

    assert f"refuses the password in {folder / 'password'}" in answer
    assert "delete that file" in answer
    assert "disk" not in answer
    (folder / "password").write_text(right)
    assert user.ask().startswith("mongodb://")
