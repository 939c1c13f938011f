"""Restarts the server whenever it ends or answers only errors."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

from authapi.embedded import ports
from authapi.embedded.data_directory import DataDirectory
from authapi.embedded.health import Health, HealthCheck
from authapi.embedded.server import start, stop

_CHECK_INTERVAL = 10.0  # seconds between two health checks
_SILENT_TOO_LONG = 120.0  # seconds: with a million documents it may stall for half a minute
_ATTEMPTS = 3  # failed starts in a row


class SupervisedServer:
    """A server process, and what is known of its health.

    Attributes:
        started_well: whether it listened since its last start.
    """

    def __init__(self, directory: DataDirectory, program: Path, port: int) -> None:
        self._directory = directory
        self._program = program
        self._port = port
        self._failed_starts = 0
        self._broke = False  # since it last answered
        self._check = HealthCheck(directory.uri(port))
        self._start()

    def restart_if_failed(self) -> None:
        """Start the server again if it ended, or answers only errors, or nothing.

        A start counts as failed when the server never listened, or broke before it once answered.
        How long it took does not matter: machines differ.

        Raises:
            SystemExit: after several failed starts in a row; what the server said is in the log.
        """
        if self._process.poll() is None:
            self._look()
            return
        self._failed_starts = 0 if self.started_well else self._failed_starts + 1
        if self._failed_starts == _ATTEMPTS:
            sys.exit(1)
        self._start()

    def stop(self) -> None:
        """Stop the server, and wait for its end."""
        self._check.close()
        stop(self._process, self._port)

    def kill(self) -> None:
        """End the server before it writes anything more."""
        self._process.kill()

    def _start(self) -> None:
        self._process: subprocess.Popen[bytes] = start(
            self._directory, self._program, self._port, "--auth"
        )
        self.started_well = False
        self._answered = False

    def _look(self) -> None:
        now = time.monotonic()
        if not self.started_well:
            self.started_well = ports.is_open(self._port)
            # One that broke before is checked as soon as it listens again.
            self._answered_at, self._check_at = now, now + (0 if self._broke else _CHECK_INTERVAL)
        elif now >= self._check_at:
            self._check_health()

    def _check_health(self) -> None:
        health = self._check.can_write()
        now = time.monotonic()
        self._check_at = now + _CHECK_INTERVAL
        if health in (Health.ANSWERS, Health.REFUSES_PASSWORD):
            self._answered, self._broke, self._answered_at = True, False, now
        elif health is Health.BROKEN or now - self._answered_at > _SILENT_TOO_LONG:
            self._broke = True
            self._log("answers only errors" if health is Health.BROKEN else "does not answer")
            self.started_well = self._answered
            self.kill()  # acknowledged writes are in the journal
            self._process.wait()

    def _log(self, what: str) -> None:
        hint = " (its disk is full)" if self._directory.is_disk_full() else ""
        with contextlib.suppress(OSError):  # the log is on the same disk
            sys.stderr.write(f"supervisor: the server {what}{hint}: it is started again\n")
