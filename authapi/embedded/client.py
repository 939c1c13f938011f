"""Uses the embedded database: joins its users, starts a supervisor, waits for an answer."""

import os
import subprocess
import sys
import time
from pathlib import Path

from authapi.embedded import locks, ports, program
from authapi.embedded.data_directory import DataDirectory
from authapi.embedded.errors import EmbeddedUnavailable
from authapi.embedded.health import Health, HealthCheck

_LAUNCH = Path(__file__).with_name("launch.py")
_PAUSE = 0.05  # seconds between two looks
_RETRY_AFTER = 5.0  # seconds between two starts, once one has failed

# Held until this process and all that it forked have ended, however they end.
_memberships: dict[Path, int] = {}

_started_at: dict[Path, float] = {}  # monotonic seconds, of this process's starts
_reasons: dict[Path, str] = {}  # why a database could not be used last


class _NotInTime(EmbeddedUnavailable):
    """No answer yet; it may still come."""


def ensure_running(path: Path, *, wait_seconds: float = 30.0) -> str:
    """Return the URI of the database in the directory `path`, which answers now.

    It runs as long as a process that called this lives. Later calls are cheap, and start it again
    if need be. Once it has failed, calls do not wait: they have it tried again, and raise the
    reason at once.

    Args:
        path: the database's directory; made if it is not there.
        wait_seconds: how long to wait for an answer.

    Raises:
        EmbeddedUnavailable: when the database does not answer in time, or cannot; it says why.
    """
    if not locks.SUPPORTED:
        raise EmbeddedUnavailable(
            "The embedded database does not run on Windows: set MONGO_URI to a MongoDB server."
        )
    directory = DataDirectory(path)
    wait = 0.0 if directory.path in _reasons else wait_seconds
    try:
        uri = _running(directory, time.monotonic() + wait)
    except _NotInTime as error:
        raise EmbeddedUnavailable(_reasons.setdefault(directory.path, str(error))) from None
    except EmbeddedUnavailable as error:
        _reasons[directory.path] = str(error)
        raise
    _reasons.pop(directory.path, None)
    return uri


def _running(directory: DataDirectory, deadline: float) -> str:
    try:
        directory.prepare()
        _join(directory, deadline)
        return _answering(directory, deadline)
    except OSError as error:
        raise EmbeddedUnavailable(
            f"The embedded database cannot use {directory.path} ({error.strerror}): make that"
            " folder writable and its disk not full, or set MONGO_URI to a MongoDB server."
        ) from error


def _join(directory: DataDirectory, deadline: float) -> None:
    """Become a user; wait while an unused supervisor stops the server."""
    held = _memberships.get(directory.path)
    if held is not None and locks.is_lock_on(held, directory.users_lock):
        return
    while (membership := locks.try_lock(directory.users_lock, shared=True)) is None:
        _sleep(directory, deadline)
    # Of two threads that join at once one overwrites the other: one more lock does no harm.
    _memberships[directory.path] = membership


def _answering(directory: DataDirectory, deadline: float) -> str:
    """Return the URI as soon as the server answers; start a supervisor if there is none."""
    started = False
    while True:
        supervisor_lock = locks.try_lock(directory.supervisor_lock)
        if supervisor_lock is not None:
            try:
                if started or _failed_lately(directory):
                    raise _failure(directory, "gave up")
                _start_supervisor(directory, supervisor_lock)
            finally:
                os.close(supervisor_lock)
            started = True
        port = directory.served_port()
        if port is not None and ports.is_open(port) and _answers(directory, port):
            return directory.uri(port)
        _sleep(directory, deadline)


def _failed_lately(directory: DataDirectory) -> bool:
    started_at = _started_at.get(directory.path)
    return (
        directory.path in _reasons
        and started_at is not None
        and time.monotonic() - started_at < _RETRY_AFTER
    )


def _start_supervisor(directory: DataDirectory, supervisor_lock: int) -> None:
    """Start a supervisor, which inherits its lock: there are never two."""
    locks.describe(supervisor_lock, "")
    server = program.installed()
    program.stamp(directory, server)
    _started_at[directory.path] = time.monotonic()
    descriptor = os.open(directory.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor) as log:
        subprocess.run(  # noqa: S603 - our own file
            [sys.executable, "-P", _LAUNCH, directory.path, str(supervisor_lock), server.path],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=directory.path,
            pass_fds=[supervisor_lock],
            start_new_session=True,  # Ctrl-C in a terminal is not for the supervisor
            check=False,
        )


def _answers(directory: DataDirectory, port: int) -> bool:
    check = HealthCheck(directory.uri(port))
    try:
        health = check.can_be_used()
    finally:
        check.close()
    if health is Health.REFUSES_PASSWORD:
        raise EmbeddedUnavailable(
            f"The embedded database refuses the password in {directory.password_file}: put the"
            " right one there, or stop the service and delete that file; the next start sets"
            " another password and keeps the data."
        )
    return health is Health.ANSWERS


def _sleep(directory: DataDirectory, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise _NotInTime(str(_failure(directory, "did not answer in time")))
    time.sleep(_PAUSE)


def _failure(directory: DataDirectory, what: str) -> EmbeddedUnavailable:
    log = directory.log.read_text(errors="replace") if directory.log.exists() else ""
    last_words = log.strip().rpartition("\n")[2] or "nothing"
    full = " Its disk is full: make room there." if directory.is_disk_full() else ""
    return EmbeddedUnavailable(
        f"The embedded database {what}: see {directory.log} (it ends with: {last_words}), or set"
        f" MONGO_URI to a MongoDB server.{full}"
    )
