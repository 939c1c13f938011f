"""Other users of the machine, and settings of other servers, have no effect."""

from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from authapi.embedded import ports
from tests.embedded.actors import Running, asleep
from tests.embedded.conftest import Join, some
from tests.support import processes
from tests.support.waiting import until

# Without TLS; with TLS, and no certificate to show.
STRANGERS = ("tls=false", "tls=true&tlsAllowInvalidCertificates=true")


def test_first_start_is_closed(tmp_path: Path, join: Join) -> None:
    """S132: While the first user is being created, no command of others is accepted."""
    assert any(is_closed_at_first(folder, join) for folder in some(tmp_path))


def is_closed_at_first(folder: Path, join: Join) -> bool:
    """Connect without a password during a first start; tell whether it was early enough."""
    user = join(folder)
    running = Running(folder)
    server = until(lambda: folder.exists() and running.server())
    with asleep(running.supervisor()):  # so long the database has no user
        if (folder / "password").exists():
            return False
        port = until(lambda: port_of(server))
        until(lambda: ports.is_open(port))

        refusals = [refusal_of_command(f"127.0.0.1:{port}/?{tls}") for tls in STRANGERS]

        assert set(refusals) <= {"AutoReconnect", "ServerSelectionTimeoutError"}
    assert user.answer().startswith("mongodb://")
    assert not list(folder.glob("*.pem"))
    return True


def refusal_of_command(address: str) -> str:
    """Try to become an administrator, and return the error; fail when it works."""
    uri = f"mongodb://{address}&directConnection=true&serverSelectionTimeoutMS=2000"
    with MongoClient[dict[str, object]](uri) as client:
        try:
            client.admin.command("createUser", "stranger", pwd="stranger", roles=["root"])
        except PyMongoError as error:
            return type(error).__name__
    pytest.fail("a stranger became an administrator")


def port_of(pid: int) -> int | None:
    """Return the port in the command line of a server."""
    command = processes.command(pid)
    return int(command[command.index("--port") + 1]) if "--port" in command else None


def test_password_is_needed(folder: Path, join: Join) -> None:
    """S132: The server refuses connections without the password."""
    uri = join(folder).answer()
    host = uri.partition("@")[2].partition("/")[0]

    with (
        MongoClient[dict[str, object]](f"mongodb://{host}/?directConnection=true") as client,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        client.authapi.things.find_one()


def test_files_are_private(new_folder: Path, join: Join) -> None:
    """Only the owner can read the folder, whatever the umask."""
    new_folder.mkdir(parents=True)
    assert join(new_folder, prelude="import os; os.umask(0)\n").answer()

    paths = [new_folder, *new_folder.rglob("*")]

    assert len(paths) > 10
    assert [path for path in paths if path.stat().st_mode & 0o077] == []


def test_environment_for_other_servers(folder: Path, join: Join) -> None:
    """Variables and files that configure SecantusDB elsewhere are ignored."""
    home = folder.parent / ".secantus"
    home.mkdir()
    (home / "secantusd.toml").write_text("this is not a configuration")

    user = join(folder, HOME=str(folder.parent), SECANTUS_TEST_FAST_STORAGE="1")

    assert user.answer().startswith("mongodb://")
    given = processes.variables(Running(folder).server())
    assert "HOME" in given
    assert [name for name in given if name.startswith("SECANTUS_")] == []
