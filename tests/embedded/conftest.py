"""Folders, and processes that use the databases in them."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.embedded.actors import Running, User
from tests.support.waiting import until


class Join(Protocol):
    """Start a process that uses the database in `folder`; it is ended after the test."""

    def __call__(self, folder: Path, *, prelude: str = "", **env: str) -> User: ...


@pytest.fixture
def join() -> Iterator[Join]:
    users: list[User] = []

    def start(folder: Path, *, prelude: str = "", **env: str) -> User:
        users.append(User(folder, prelude=prelude, env=env))
        return users[-1]

    yield start
    for user in users:
        user.kill()


@pytest.fixture
def new_folder(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "mongo"


def some(tmp_path: Path) -> Iterator[Path]:
    """Yield new folders, for a test that is not always as quick as it has to be."""
    return (tmp_path / f"instance{number}" / "mongo" for number in range(10))


@pytest.fixture(scope="session")
def _used_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embedded") / "mongo"
    user = User(folder)
    assert user.answer().startswith("mongodb://")
    os.kill(Running(folder).supervisor(), signal.SIGTERM)  # it stops the server at once
    until(Running(folder).nothing)
    user.leave()
    (folder / "port").unlink()  # every copy is to choose its own
    return folder


@pytest.fixture
def folder(_used_once: Path, new_folder: Path) -> Path:
    """A database that was used before: it starts quicker than a new one."""
    return Path(shutil.copytree(_used_once, new_folder))
