"""When there is no database, people are told what to do."""

import sysconfig
from pathlib import Path

from tests.embedded.conftest import Join


def test_data_of_another_version(folder: Path, join: Join) -> None:
    """Data of another version are refused, with both ways out, and left alone."""
    (folder / "version").write_text("0.0.1")

    answer = join(folder).answer()

    assert "written by SecantusDB 0.0.1" in answer
    assert f"delete {folder}" in answer
    assert (folder / "version").read_text() == "0.0.1"


def test_server_not_installed(tmp_path: Path, new_folder: Path, join: Join) -> None:
    """Where there is no SecantusDB people are told to set MONGO_URI or to change Python."""
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
    """Where the system has no `flock`, as on Windows, the package says so when it is used."""
    prelude = "import asyncio, sys; sys.modules['fcntl'] = None\n"

    answer = join(new_folder, prelude=prelude).answer()

    assert answer.startswith("unavailable: The embedded database does not run on Windows")


def test_folder_that_cannot_be_made(tmp_path: Path, join: Join) -> None:
    """A folder that cannot be used is named."""
    (tmp_path / "instance").write_text("a file")

    answer = join(tmp_path / "instance" / "mongo").answer()

    assert answer.startswith("unavailable:")
    assert f"cannot use {tmp_path / 'instance' / 'mongo'}" in answer


def test_server_that_cannot_start(folder: Path, join: Join) -> None:
    """When the server gives up, the answer comes at once and ends with what it said."""
    (folder / "data" / "WiredTiger.wt").write_bytes(b"damaged")

    answer = join(folder).answer()

    assert "gave up" in answer
    assert str(folder / "keeper.log") in answer
    assert "WiredTigerError" in answer
