"""Where a login rests."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path
from typing import Literal, Protocol

LockName = Literal["refresh", "state"]


class Lock(Protocol):
    """Shuts out all others who share a store; `threading.Lock` is one.

    Who acquires it in one thread may release it in another.
    """

    def acquire(self, blocking: bool = True) -> bool:
        """Take the lock; tell whether it was free where `blocking` is false."""

    def release(self) -> None:
        """Give it back."""


class Store(Protocol):
    """A text for one login, as the system's keyring, a file or a database keeps it."""

    def load(self) -> str | None:
        """Return the text as it was saved last, whole; None when there is none."""

    def save(self, text: str | None) -> None:
        """Keep a text in place of the one before, or remove it; called under the lock `state`."""

    def lock(self, name: LockName) -> Lock:
        """Return one of the two locks, for all who share this store.

        `refresh` is held while the service is asked, `state` for moments.
        """


class MemoryStore:
    """A login that is gone with the process. Threads and tasks may share it, forks may not."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._locks: defaultdict[LockName, threading.Lock] = defaultdict(threading.Lock)

    def load(self) -> str | None:
        """Return the text."""
        return self._text

    def save(self, text: str | None) -> None:
        """Keep a text; None removes it."""
        self._text = text

    def lock(self, name: LockName) -> Lock:
        """Return the lock for this process."""
        return self._locks[name]


class FileStore:
    """A login in a file for its owner's eyes (0600), for any number of processes of one computer.

    It is replaced as a whole, never half written. Two more files beside it are its locks. Its
    folder is made where it is missing, for its owner alone.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()  # a program may change its folder later

    def load(self) -> str | None:
        """Return what is in the file; None when there is none."""
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return None

    def save(self, text: str | None) -> None:
        """Replace the file; None removes it."""
        if text is None:
            self.path.unlink(missing_ok=True)
            return
        self._make_folder()
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.unlink(missing_ok=True)  # of a process that was killed
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            draft.replace(self.path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def lock(self, name: LockName) -> Lock:
        """Return a lock for all processes of this computer."""
        self._make_folder()
        return FileLock(self.path.with_name(f"{self.path.name}.{name}.lock"))

    def _make_folder(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


class FileLock:
    """A lock by an empty file (POSIX `flock`). The system gives it back when a process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self, blocking: bool = True) -> bool:
        """Take the lock; tell whether it was free where `blocking` is false."""
        import fcntl  # there is none on Windows

        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it back: by name, since a fork that was made meanwhile holds the file open too."""
        import fcntl

        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)
