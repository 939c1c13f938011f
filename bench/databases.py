"""The embedded databases of the benchmark: one for each number of users."""

from collections.abc import Sequence
from pathlib import Path

from authapi.embedded import ensure_running
from authapi.embedded.data_directory import DataDirectory
from authapi.embedded.locks import number_in
from bench.layouts import move
from bench.places import data_folder

_TIMEOUT = 180.0  # seconds: starting with a million users takes long


def uri(users: int) -> str:
    """Return the address of the database for so many users, which runs as long as this process.

    Raises:
        EmbeddedUnavailable: when it does not start.
    """
    return ensure_running(_folder(users), wait_seconds=_TIMEOUT)


def place(users: int, cores: Sequence[int]) -> None:
    """Move a running database and its supervisor to these cores."""
    server = number_in(DataDirectory(_folder(users)).server_lock)
    if server is not None:
        for pid in (server, _parent(server)):
            move(pid, cores)


def _folder(users: int) -> Path:
    return data_folder(users) / "mongo"


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
