"""The directory of an embedded database: its files, and what they hold."""

import contextlib
import shutil
from pathlib import Path

from authapi.embedded.locks import number_in

USER = "authapi"
_FULL = 1024 * 1024  # bytes left: the server cannot write its journal any more


class DataDirectory:
    """The paths in a database's directory, and what its small files say."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.data = self.path / "data"
        self.log = self.path / "supervisor.log"
        self.server_config = self.path / "secantusd.toml"  # empty: no other one is read
        self.version_file = self.path / "version"
        self.password_file = self.path / "password"
        self.port_file = self.path / "port"
        self.provisioning_certificate = self.path / "provisioning.pem"
        self.users_lock = self.path / "users.lock"  # shared by all users
        self.supervisor_lock = self.path / "supervisor.lock"  # says the port once it is served
        self.server_lock = self.path / "server.lock"  # says the server's process id

    def prepare(self) -> None:
        """Make the directory, for its owner only."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)  # it may have been there
        self.server_config.touch(0o600)

    def version(self) -> str | None:
        """Return the version of SecantusDB that wrote the data, or None if there are none."""
        return _read(self.version_file)

    def password(self) -> str | None:
        """Return the password of `USER`, or None while that user is yet to be created."""
        return _read(self.password_file)

    def port(self) -> int | None:
        """Return the port that was served last, which clients may still hold, or None."""
        return number_in(self.port_file)

    def served_port(self) -> int | None:
        """Return the port that the living supervisor serves, or None if it does not serve yet."""
        return number_in(self.supervisor_lock)

    def is_disk_full(self) -> bool:
        """Whether there is no room for another write."""
        return shutil.disk_usage(self.path).free < _FULL

    def uri(self, port: int) -> str:
        """Return the connection string: an acknowledged write is on the disk."""
        return (
            f"mongodb://{USER}:{self.password()}@127.0.0.1:{port}/authapi?authSource=admin"
            "&directConnection=true&w=majority&journal=true&retryWrites=false"
        )


def _read(path: Path) -> str | None:
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip() or None
    return None
