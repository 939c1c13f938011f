"""The commands of `docs/backup.md`, run while the service is used."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bson
import pytest
from pymongo import MongoClient

from tests.embedded.actors import Running
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.servers import ROOT, ServerProcess, clean_environment, flask_run, served_by_us
from tests.support.waiting import DEADLINE, until

BACK_UP, RESTORE, REVOKE_ALL = re.findall(
    r"^```sh\n(.*?)^```", (ROOT / "docs" / "backup.md").read_text(), re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Operator:
    """Somebody in a folder of their own, with the service's environment."""

    folder: Path
    environment: Mapping[str, str]

    def type(self, commands: str) -> str:
        """Type lines into a shell; return what they print."""
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        here = {"PATH": tools, "FLASK_APP": str(ROOT / "wsgi.py"), "AUTHAPI_ENV": "production"}
        done = subprocess.run(
            ["sh", "-ec", commands],
            cwd=self.folder,
            env=clean_environment({**self.environment, **here}),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def operator(tmp_path: Path, environment: Mapping[str, str]) -> Iterator[Operator]:
    """An operator whose service has databases of its own."""
    name = f"test_{secrets.token_hex(6)}"
    yield Operator(tmp_path, {**environment, "MONGO_DATABASE": name})
    with MongoClient[dict[str, object]](environment["MONGO_URI"]) as client:
        for each in (name, restored(name)):
            client.drop_database(each)


@pytest.fixture
def service(operator: Operator) -> Iterator[ServerProcess]:
    """The service that is backed up."""
    with served_by_us(operator.environment, processes=1) as server:
        yield server


def restored(name: str) -> str:
    """Return what the restored database is called here; tests that run beside have their own."""
    return f"{name}_restored"


def restore(operator: Operator) -> tuple[str, dict[str, str]]:
    """Restore as the page says; return what was printed, and the restored service's environment."""
    name = restored(operator.environment["MONGO_DATABASE"])
    assert "MONGO_DATABASE=authapi_restored\n" in RESTORE
    told = operator.type(RESTORE.replace("authapi_restored", name))
    return told, {**operator.environment, "MONGO_DATABASE": name}


def test_a_service_in_use_is_backed_up_and_goes_on_elsewhere(
    operator: Operator, service: ServerProcess
) -> None:
    """Logins and tokens work there, and ended sessions stay ended."""
    visitor = Visitor(service.base_url)
    ann = visitor.new_user()
    there, refreshed, gone = visitor.log_in(ann), visitor.log_in(ann), visitor.log_in(ann)
    refreshed = visitor.refresh(refreshed["refresh_token"]).json()
    visitor.log_out(gone["refresh_token"])
    with in_use(service) as answers:
        operator.type(BACK_UP)
    assert set(answers) == {200}
    told, elsewhere = restore(operator)
    assert re.search(r"^users: \d+ restored$", told, re.MULTILINE)
    with served_by_us(elsewhere, processes=1) as server:
        moved = Visitor(server.base_url)
        assert moved.send("GET", "/readyz").status_code == 200
        assert moved.authenticate(ann).status_code == 200
        assert error_code(moved.register(ann)) == (400, "user_exists")
        for tokens in (there, refreshed):
            assert moved.protected(tokens["access_token"]).status_code == 200
            assert moved.refresh(tokens["refresh_token"]).status_code == 200
        assert error_code(moved.protected(gone["access_token"])) == (401, "invalid_token")
        assert moved.refresh(gone["refresh_token"]).status_code == 400
        moved.close()
    visitor.close()


def test_after_a_loss_everybody_logs_in_once_more(
    operator: Operator, service: ServerProcess
) -> None:
    """All sessions end, so that one that ended after the dump does not come back."""
    visitor = Visitor(service.base_url)
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    operator.type(BACK_UP)
    visitor.log_out(tokens["refresh_token"])
    _, elsewhere = restore(operator)
    Operator(operator.folder, elsewhere).type(REVOKE_ALL)
    with served_by_us(elsewhere, processes=1) as server:
        moved = Visitor(server.base_url)
        assert error_code(moved.protected(tokens["access_token"])) == (401, "invalid_token")
        assert moved.refresh(tokens["refresh_token"]).status_code == 400
        assert moved.authenticate(name).status_code == 200
        moved.close()
    visitor.close()


def test_a_development_servers_folder_is_its_backup(tmp_path: Path) -> None:
    """A copy of the stopped server's folder works with all its tokens."""
    first, second = tmp_path / "instance", tmp_path / "copy"
    with flask_run({"AUTHAPI_INSTANCE": str(first)}) as server:
        visitor = Visitor(server.base_url)
        name = visitor.new_user()
        tokens = visitor.log_in(name)
        visitor.close()
    until(Running(first / "mongo").nothing, "the database ends")
    shutil.copytree(first, second)
    with flask_run({"AUTHAPI_INSTANCE": str(second)}) as server:
        visitor = Visitor(server.base_url)
        assert visitor.authenticate(name).status_code == 200
        assert visitor.refresh(tokens["refresh_token"]).status_code == 200
        visitor.close()


def test_the_files_are_what_mongodbs_tools_read(operator: Operator, service: ServerProcess) -> None:
    """Each collection is a private file of BSON documents."""
    visitor = Visitor(service.base_url)
    name = visitor.new_user()
    operator.type(BACK_UP)
    with tarfile.open(operator.folder / "authapi-dump.tar.gz") as archive:
        folder = archive.getmember("authapi-dump")
        users = archive.extractfile("authapi-dump/users.bson")
        assert users is not None
        assert [user["username"] for user in bson.decode_iter(users.read())] == [name]
    assert folder.mode & 0o077 == 0
    visitor.close()


@contextmanager
def in_use(service: ServerProcess) -> Iterator[list[int]]:
    """Register and log in until the block ends; yield the statuses that were answered."""
    visitor, over, statuses = Visitor(service.base_url), threading.Event(), list[int]()

    def go_on() -> None:
        while not over.is_set():
            name = fresh_name()
            statuses.append(visitor.register(name).status_code)
            statuses.append(visitor.authenticate(name).status_code)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield statuses
    finally:
        over.set()
        thread.join()
        visitor.close()
