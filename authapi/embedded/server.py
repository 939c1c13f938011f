"""The server's process: how it is started, stopped, and ended when its supervisor was killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from authapi.embedded import locks, ports
from authapi.embedded.data_directory import DataDirectory

_EXEC_SERVER = Path(__file__).with_name("exec_server.py")
_STOP_TIMEOUT = 10.0  # seconds that a server has to stop
_PAUSE = 0.05  # seconds between two looks
_MISSED_AFTER = 10  # connections accepted in a row: then it has missed the signal


def start(
    directory: DataDirectory, program: Path, port: int, *options: str
) -> subprocess.Popen[bytes]:
    """Start the server on `port`. It holds the server's lock as long as it lives."""
    lock = locks.lock(directory.server_lock)
    locks.describe(lock, "")
    script = [sys.executable, "-I", "-S", str(_EXEC_SERVER), str(lock), str(os.getpid())]
    files = ["--config", str(directory.server_config), "--storage-path", str(directory.data)]
    address = ["--host", ports.HOST, "--port", str(port), "--standalone"]
    limits = ["--cache-size", "256M", "--log-level", "WARNING"]
    try:
        return subprocess.Popen(  # noqa: S603 - our own file
            [*script, str(program), *files, *address, *limits, *options],
            cwd=directory.path,
            env={k: v for k, v in os.environ.items() if not k.startswith("SECANTUS_")},
            pass_fds=[lock],
        )
    finally:
        os.close(lock)


def stop(process: subprocess.Popen[bytes], port: int) -> None:
    """Stop the server, and wait for its end.

    When told to stop, it waits up to 2 seconds for one more connection, so it gets one. If it goes
    on accepting, it missed the signal, as may happen just after its start, and is told again.
    """
    deadline = time.monotonic() + _STOP_TIMEOUT
    taken = 0
    process.terminate()
    while process.poll() is None:
        taken = taken + 1 if ports.is_open(port) else 0
        if time.monotonic() > deadline:
            process.kill()
        elif taken == _MISSED_AFTER:
            process.terminate()
            taken = 0
        time.sleep(_PAUSE)


def end_orphan(directory: DataDirectory) -> None:
    """End a server whose supervisor was killed, and wait for its end; for supervisors only.

    It is killed: no acknowledged write is lost, and a request to stop might be missed.
    """
    while locks.is_locked(directory.server_lock):
        pid = locks.number_in(directory.server_lock)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_PAUSE)
