"""The supervisor: starts the server, restarts it after a failure, stops it when nobody uses it."""

import os
import signal
import sys
import time
from pathlib import Path

from authapi.core.durable_files import write_durably
from authapi.embedded import locks, ports
from authapi.embedded.data_directory import DataDirectory
from authapi.embedded.provision import provision
from authapi.embedded.server import end_orphan
from authapi.embedded.supervised_server import SupervisedServer

GRACE = 3.0  # seconds without users: a process that reloads its code is back sooner
_PAUSE = 0.1  # seconds between two looks
_PAUSE_AT_START = 0.01  # until it listens, so that a later end does not count as a failed start


def main(directory: str, supervisor_lock: str, program: str) -> None:
    """Supervise, as a process of its own; the arguments are those of `supervise`, as words."""
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    supervise(DataDirectory(Path(directory)), int(supervisor_lock), Path(program))


def supervise(directory: DataDirectory, supervisor_lock: int, program: Path) -> None:
    """Keep the server running until nobody uses it.

    Args:
        directory: the database's directory.
        supervisor_lock: descriptor of the lock that this process holds.
        program: the server's program.
    """
    end_orphan(directory)
    if directory.password() is None:
        provision(directory, program)
    with ports.reserved(directory.port()) as port:
        write_durably(directory.port_file, str(port))
        _serve(directory, supervisor_lock, program, port)


def _serve(directory: DataDirectory, supervisor_lock: int, program: Path, port: int) -> None:
    server = SupervisedServer(directory, program, port)
    try:
        locks.describe(supervisor_lock, str(port))
        idle = IdleTimeout(directory)
        while locks.is_lock_on(supervisor_lock, directory.supervisor_lock):
            if idle.has_expired():
                return
            time.sleep(_PAUSE if server.started_well else _PAUSE_AT_START)
            server.restart_if_failed()
        server.kill()  # the directory was deleted: another may soon be where this one was
    finally:
        server.stop()


class IdleTimeout:
    """Ends the server when nobody has used the database for `GRACE` seconds."""

    def __init__(self, directory: DataDirectory) -> None:
        self._users_lock = directory.users_lock
        self._since: float | None = None

    def has_expired(self) -> bool:
        """Whether there have been no users for `GRACE` seconds.

        If so, the users' lock stays locked until this process ends. A process that comes now waits
        for that, and then starts another supervisor.
        """
        lock = locks.try_lock(self._users_lock)
        if lock is None:
            self._since = None
            return False
        self._since = self._since or time.monotonic()
        if time.monotonic() - self._since >= GRACE:
            return True
        os.close(lock)
        return False
