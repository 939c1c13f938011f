"""The keeper: starts the server, revives it after a crash, stops it when nobody uses it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from authapi.embedded import locks, ports
from authapi.embedded.folder import Folder, write_durably
from authapi.embedded.provision import provision
from authapi.embedded.server import end_orphan, start, stop

GRACE = 3.0  # seconds without users: a process that reloads its code is back sooner
_PAUSE = 0.1  # seconds between two looks
_EARLY = 5.0  # seconds: a server that gives up sooner did not start properly
_ATTEMPTS = 3


def keep(folder: Folder, keeper_lock: int, program: Path) -> None:
    """Keep the server running until nobody uses it; `keeper_lock` is held by this process."""
    end_orphan(folder)
    if folder.password() is None:
        provision(folder, program)
    port = ports.choose(folder.port())
    write_durably(folder.port_file, str(port))
    kept = KeptServer(folder, program, port)
    try:
        locks.describe(keeper_lock, str(port))
        idle = Idleness(folder)
        while locks.is_lock_on(keeper_lock, folder.keeper_lock):
            if idle.lasts():
                return
            time.sleep(_PAUSE)
            kept.revive()
        kept.kill()  # the folder was deleted: another database may soon be where this one was
    finally:
        kept.stop()


class KeptServer:
    """A server that is started again whenever it ends, unless it cannot start at all."""

    def __init__(self, folder: Folder, program: Path, port: int) -> None:
        self._folder = folder
        self._program = program
        self._port = port
        self._failures = 0
        self._process = self._start()

    def revive(self) -> None:
        """Start the server again if it ended; SystemExit if it gave up several times in a row."""
        code = self._process.poll()
        if code is None:
            return
        gave_up = code > 0 and time.monotonic() - self._started < _EARLY
        self._failures = self._failures + 1 if gave_up else 0
        if self._failures == _ATTEMPTS:
            sys.exit(1)  # what it said is in the log
        self._process = self._start()

    def stop(self) -> None:
        """Stop the server."""
        stop(self._process, self._port)

    def kill(self) -> None:
        """End the server before it writes anything more."""
        self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        self._started = time.monotonic()
        return start(self._folder, self._program, self._port, "--auth")


class Idleness:
    """How long nobody has used the database."""

    def __init__(self, folder: Folder) -> None:
        self._users_lock = folder.users_lock
        self._since: float | None = None

    def lasts(self) -> bool:
        """Whether there have been no users for `GRACE` seconds.

        If so, the users' lock stays locked until this process ends: who comes now waits for that,
        and then starts a keeper anew.
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


if __name__ == "__main__":
    os.umask(0o077)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    keep(Folder(Path(sys.argv[1])), int(sys.argv[2]), Path(sys.argv[3]))
