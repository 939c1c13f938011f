"""Other users of the machine are kept out, and so are settings made for other servers."""

import subprocess
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from tests.embedded.actors import Running
from tests.embedded.conftest import Join


def test_password_is_needed(folder: Path, join: Join) -> None:
    """Who does not know the password is refused by the server."""
    uri = join(folder).answer()
    host = uri.partition("@")[2].partition("/")[0]

    with (
        MongoClient[dict[str, object]](f"mongodb://{host}/?directConnection=true") as client,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        client.authapi.things.find_one()


def test_files_are_private(new_folder: Path, join: Join) -> None:
    """Nobody else may read anything in the folder, even if the umask would allow it."""
    new_folder.mkdir(parents=True)
    assert join(new_folder, prelude="import os; os.umask(0)\n").answer()

    paths = [new_folder, *new_folder.rglob("*")]

    assert len(paths) > 10
    assert [path for path in paths if path.stat().st_mode & 0o077] == []


def test_environment_for_other_servers(folder: Path, join: Join) -> None:
    """Variables and files that configure another SecantusDB do not reach this one."""
    home = folder.parent / ".secantus"
    home.mkdir()
    (home / "secantusd.toml").write_text("this is not a configuration")

    user = join(folder, HOME=str(folder.parent), SECANTUS_TEST_FAST_STORAGE="1")

    assert user.answer().startswith("mongodb://")
    server = str(Running(folder).server())
    shown = subprocess.check_output(["ps", "eww", "-o", "command=", "-p", server], text=True)
    assert "HOME=" in shown
    assert "SECANTUS_" not in shown
