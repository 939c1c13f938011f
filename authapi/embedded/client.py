"""What a process does that uses the embedded database: join, start a keeper, wait."""

import os
import subprocess
import sys
import time
from pathlib import Path

from authapi.embedded import locks, ports, program
from authapi.embedded.errors import EmbeddedUnavailable
from authapi.embedded.folder import Folder

_LAUNCH = Path(__file__).with_name("launch.py")
_PAUSE = 0.05  # seconds between two looks

# Held until this process and all that it forked have ended, however they end.
_memberships: dict[Path, int] = {}


def ensure_running(folder: Path, *, wait_seconds: float = 30.0) -> str:
    """Return the URI of the database in `folder`, which answers now.

    It runs as long as a process that called this lives. Later calls are cheap, and start it again
    if need be. EmbeddedUnavailable when it does not answer within `wait_seconds`, or cannot.
    """
    if not locks.SUPPORTED:
        raise EmbeddedUnavailable(
            "The embedded database does not run on Windows: set MONGO_URI to a MongoDB server."
        )
    place = Folder(folder)
    deadline = time.monotonic() + wait_seconds
    try:
        place.prepare()
        _join(place, deadline)
        return _answering(place, deadline)
    except OSError as error:
        raise EmbeddedUnavailable(
            f"The embedded database cannot use {place.path} ({error.strerror}): make that folder"
            " writable and its disk not full, or set MONGO_URI to a MongoDB server."
        ) from error


def _join(place: Folder, deadline: float) -> None:
    """Become a user. It has to wait while a keeper that had none stops the server."""
    held = _memberships.get(place.path)
    if held is not None and locks.is_lock_on(held, place.users_lock):
        return
    while (membership := locks.try_lock(place.users_lock, shared=True)) is None:
        _sleep(place, deadline)
    # Of two threads that join at once one overwrites the other: a lock too many, no harm.
    _memberships[place.path] = membership


def _answering(place: Folder, deadline: float) -> str:
    """Return the URI as soon as the server answers, and see to it that there is a keeper."""
    started = False
    while True:
        keeper_lock = locks.try_lock(place.keeper_lock)
        if keeper_lock is not None:
            try:
                if started:  # and it is gone again
                    raise _failure(place, "gave up")
                _start_keeper(place, keeper_lock)
            finally:
                os.close(keeper_lock)
            started = True
        port = place.served_port()
        if port is not None and ports.is_open(port) and _answers(place.uri(port)):
            return place.uri(port)
        _sleep(place, deadline)


def _start_keeper(place: Folder, keeper_lock: int) -> None:
    """Start a keeper, which inherits its lock: there are never two."""
    locks.describe(keeper_lock, "")
    server = program.installed()
    program.stamp(place, server)
    descriptor = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor) as log:
        subprocess.run(  # noqa: S603 - our own file
            [sys.executable, "-P", _LAUNCH, place.path, str(keeper_lock), server.path],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=place.path,
            pass_fds=[keeper_lock],
            start_new_session=True,  # Ctrl-C in a terminal is not for the keeper
            check=False,
        )


def _answers(uri: str) -> bool:
    # Imported here: the keeper imports this package too, and is small and quick without.
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    with MongoClient[dict[str, object]](uri, serverSelectionTimeoutMS=2000) as client:
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
    return True


def _sleep(place: Folder, deadline: float) -> None:
    if time.monotonic() > deadline:
        raise _failure(place, "did not answer in time")
    time.sleep(_PAUSE)


def _failure(place: Folder, what: str) -> EmbeddedUnavailable:
    log = place.log.read_text(errors="replace") if place.log.exists() else ""
    last_words = log.strip().rpartition("\n")[2] or "nothing: is the disk full?"
    return EmbeddedUnavailable(
        f"The embedded database {what}: see {place.log} (it ends with: {last_words}), or set"
        " MONGO_URI to a MongoDB server."
    )
