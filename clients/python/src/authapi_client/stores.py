"""Where a login is stored."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from pathlib import Path
from typing import Literal, Protocol

LockName = Literal["refresh", "state"]


class Lock(Protocol):
    """A lock that all users of a store share; `threading.Lock` is one.

    It may be released in another thread than the one that acquired it.
    """

    def acquire(self, blocking: bool = True) -> bool:
        """Acquire the lock; return False if `blocking` is false and it is taken."""

    def release(self) -> None:
        """Release the lock."""


class Store(Protocol):
    """Stores one login as a text, such as in the system's keyring, a file or a database."""

    def load(self) -> str | None:
        """Return the text that was saved last; None if there is none."""

    def save(self, text: str | None) -> None:
        """Replace the text; None removes it. Called while the lock `state` is held."""

    def lock(self, name: LockName) -> Lock:
        """Return one of two locks, which all users of this store share.

        `refresh` is held while the service is asked, `state` while the text is changed.
        """


class MemoryStore:
    """Keeps a login in memory. Threads and tasks may share it, forked processes may not."""

    def __init__(self) -> None:
        self._text: str | None = None
        self._locks: defaultdict[LockName, threading.Lock] = defaultdict(threading.Lock)

    def load(self) -> str | None:
        """Return the text; None if there is none."""
        return self._text

    def save(self, text: str | None) -> None:
        """Replace the text; None removes it."""
        self._text = text

    def lock(self, name: LockName) -> Lock:
        """Return a lock for this process."""
        return self._locks[name]


class FileStore:
    """Keeps a login in a file that only its owner can read (0600), for all processes of a computer.

    The file is replaced atomically. Two more files beside it are its locks. A missing folder is
    created, for its owner alone.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()  # the program may change its working directory

    def load(self) -> str | None:
        """Return the content of the file; None if there is none."""
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
        draft.unlink(missing_ok=True)  # left by a process that was killed
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
    """A lock on an empty file (POSIX `flock`). The system releases it when the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def acquire(self, blocking: bool = True) -> bool:
        """Acquire the lock; return False if `blocking` is false and it is taken."""
        import fcntl  # does not exist on Windows

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
        """Release the lock; closing is not enough, since a forked process has the file open too."""
        import fcntl

        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)
