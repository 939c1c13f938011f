"""Where the Python client stores a login."""

from __future__ import annotations

import json
import stat
import subprocess
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from authapi_client import AuthClient, FileStore, LoggedOut, MemoryStore, StoreError
from authapi_client.stores import Lock, LockName
from tests.extension.gate import Gate
from tests.python_client.conftest import New, greeting, joined
from tests.support.actors import PASSWORD
from tests.support.clock import MovedClock
from tests.support.servers import ServerProcess

BASE = "https://api.test"


class Keyring:
    """A store as an application may write it."""

    def __init__(self) -> None:
        self.passwords: dict[str, str] = {}
        self._locks = {"refresh": threading.Lock(), "state": threading.Lock()}

    def load(self) -> str | None:
        """Return the text."""
        return self.passwords.get("authapi")

    def save(self, text: str | None) -> None:
        """Replace the text."""
        if text is None:
            del self.passwords["authapi"]
        else:
            self.passwords["authapi"] = text

    def lock(self, name: LockName) -> Lock:
        """Return the lock of that name."""
        return self._locks[name]


def test_the_file_is_for_its_owner_only(
    gate: Gate, clock: MovedClock, new: New, tmp_path: Path
) -> None:
    """It has mode 0600 at all times, and no temporary file is left."""
    path = tmp_path / "new" / "folder" / "tokens.json"
    client = new(gate.address, FileStore(path))
    joined(client)
    first = path.read_text()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    clock.move(minutes=16)
    greeting(client)
    assert path.read_text() != first
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    locks = {"tokens.json.refresh.lock", "tokens.json.state.lock"}
    assert {file.name for file in path.parent.iterdir()} == {"tokens.json", *locks}
    client.logout()
    assert not path.exists()


def test_a_draft_that_a_killed_process_left_is_in_nobody_s_way(
    server: ServerProcess, new: New, tmp_path: Path
) -> None:
    """It is removed, even if it is a symbolic link."""
    (tmp_path / "precious").write_text("untouched")
    draft = tmp_path / "tokens.json.new"
    draft.symlink_to(tmp_path / "precious")
    name = joined(new(server.base_url, FileStore(tmp_path / "tokens.json")))
    assert greeting(new(server.base_url, FileStore(tmp_path / "tokens.json"))) == f"Hello, {name}!"
    assert not draft.is_symlink()
    assert (tmp_path / "precious").read_text() == "untouched"


def test_a_program_that_changes_its_folder_keeps_its_login(
    server: ServerProcess, new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changing the working directory does not matter."""
    monkeypatch.chdir(tmp_path)
    client = new(server.base_url, FileStore("tokens.json"))
    name = joined(client)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert greeting(client) == f"Hello, {name}!"


def test_no_password_and_no_code_is_stored(gate: Gate, new: New, tmp_path: Path) -> None:
    """They are not stored even during a login."""
    path = tmp_path / "tokens.json"
    client = new(gate.address, FileStore(path))
    joined(client)
    gate.stop()
    with pytest.raises(Exception, match="No answer"):
        client.authenticate("ann", "the secret of Ann", code="314159")
    assert "ann" in path.read_text()
    assert "the secret of Ann" not in path.read_text()
    assert "314159" not in path.read_text()
    gate.start()


@pytest.mark.parametrize(
    "content",
    ["not JSON", "[]", "7", '{"login": 7}', json.dumps({"access_token": "a"})]
    + [
        json.dumps({"login": login, "attempts": {}, "pending_logouts": [], "ended": None})
        for login in ({"id": "x"}, {**dict.fromkeys(["id", "base_url"], 7)})
    ]
    + ['{"login": null, "attempts": {}, "pending_logouts": [], "ended": ["x"]}'],
)
def test_a_file_that_holds_something_else_is_left_as_it_is(tmp_path: Path, content: str) -> None:
    """A wrong path does not destroy another file."""
    path = tmp_path / "tokens.json"
    path.write_text(content)
    with AuthClient(BASE, FileStore(path)) as client:
        for function in (client.status, client.logout, lambda: client.authenticate("a", "b")):
            with pytest.raises(StoreError, match=r"/tokens\.json is not a login"):
                function()
    assert path.read_text() == content


def test_an_empty_file_is_an_empty_store(server: ServerProcess, new: New, tmp_path: Path) -> None:
    """`install -m 600 /dev/null` can create it."""
    (path := tmp_path / "tokens.json").touch()
    client = new(server.base_url, FileStore(path))
    with pytest.raises(LoggedOut):
        greeting(client)
    assert greeting(client) if joined(client) else None


def test_what_a_later_version_adds_is_no_obstacle(
    server: ServerProcess, new: New, tmp_path: Path
) -> None:
    """Two versions of the client can share a file."""
    path = tmp_path / "tokens.json"
    name = joined(new(server.base_url, FileStore(path)))
    stored: dict[str, Any] = json.loads(path.read_text())
    stored["login"]["later"] = stored["later"] = 1
    path.write_text(json.dumps(stored))
    assert greeting(new(server.base_url, FileStore(path))) == f"Hello, {name}!"


def test_a_store_of_ones_own(server: ServerProcess, new: New) -> None:
    """It needs three methods."""
    keyring = Keyring()
    name = joined(new(server.base_url, keyring))
    assert greeting(new(server.base_url, keyring)) == f"Hello, {name}!"
    assert new(server.base_url, keyring).logout()
    assert not keyring.passwords


def test_a_store_that_fails_is_said_to_and_costs_no_login_at_the_service(
    gate: Gate, new: New
) -> None:
    """A logout still ends the session, and then raises `StoreError`."""

    class Full(MemoryStore):
        def save(self, text: str | None) -> None:
            if full:
                raise OSError("no space left")
            super().save(text)

    full = False
    client = new(gate.address, Full())
    joined(client)
    full = True
    with pytest.raises(StoreError, match="no space left"):
        client.authenticate("ann", PASSWORD)
    assert len(gate.to("/authenticate")) == 1
    with pytest.raises(StoreError, match="no space left"):
        client.logout()
    assert len(gate.to("/logout")) == 1


def test_a_child_that_was_forked_meanwhile_holds_no_lock(tmp_path: Path) -> None:
    """The lock is released explicitly, since the child has the file open."""
    store = FileStore(tmp_path / "tokens.json")
    lock, other = store.lock("refresh"), store.lock("refresh")
    assert lock.acquire()
    with ExitStack() as stack:
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=open_locks())
        stack.enter_context(child)
        stack.callback(child.kill)
        assert not other.acquire(blocking=False)
        lock.release()
        assert other.acquire(blocking=False)
        other.release()


def open_locks() -> list[int]:
    """Return this process's open files that are locks."""
    files = {int(file.name): file.resolve().name for file in Path("/dev/fd").iterdir()}
    return [number for number, name in files.items() if name.endswith(".refresh.lock")]
