"""Processes that use a database, and a look at the processes of a database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE

from authapi.embedded import locks
from tests.support import processes
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]

# It joins for every line that it reads, and says the URI or why there is none. It waits longer
# than the service does: a test must not fail because the machine is slow.
SCRIPT = """
import pathlib, sys
from authapi.embedded import EmbeddedUnavailable, ensure_running
for line in sys.stdin:
    try:
        print(ensure_running(pathlib.Path(sys.argv[1]), wait_seconds=300), flush=True)
    except EmbeddedUnavailable as error:
        print("unavailable:", error, flush=True)
"""


class User:
    """A process that uses the database in `folder`; `prelude` is Python that it runs first."""

    def __init__(self, folder: Path, *, prelude: str = "", env: Mapping[str, str] = {}) -> None:
        command = [sys.executable, "-c", prelude + SCRIPT, str(folder)]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **env},
            stdin=PIPE,
            stdout=PIPE,
            text=True,
            bufsize=1,
        )
        self.call()

    def call(self) -> None:
        """Have it call `ensure_running` (again); `answer` is to follow."""
        assert self._process.stdin
        self._process.stdin.write("\n")

    def answer(self) -> str:
        """Wait for the URI, or for the reason why there is none."""
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def ask(self) -> str:
        """Have it call `ensure_running` again, and return the answer."""
        self.call()
        return self.answer()

    def leave(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def kill(self) -> None:
        self._process.kill()
        self.leave()


class Running:
    """What runs for the database in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._supervisor_lock = folder / "supervisor.lock"
        self._server_lock = folder / "server.lock"

    def server(self) -> int | None:
        """Return the server's process id, if there is a server."""
        return locks.number_in(self._server_lock) if locks.is_locked(self._server_lock) else None

    def supervisor(self) -> int:
        """Return the process id of the server's supervisor."""
        return processes.parent(self.server())

    def nothing(self) -> bool:
        return not (locks.is_locked(self._supervisor_lock) or locks.is_locked(self._server_lock))


@contextmanager
def asleep(pid: int | None) -> Iterator[None]:
    """Stop a process for the length of the block."""
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    until(lambda: processes.stands_still(pid))
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def kill(pid: int | None) -> None:
    assert pid
    with suppress(ProcessLookupError):  # it may end by itself, as the others do
        os.kill(pid, signal.SIGKILL)
    until(lambda: not processes.lives(pid))
