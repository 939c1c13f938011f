"""Locks between processes.

`flock` belongs to an open file: whoever has it open, by inheritance too, holds the lock, and the
kernel releases it when the last of them ends. The text in a lock's file describes its holder.
"""

import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    SUPPORTED = False
else:
    SUPPORTED = True


def lock(path: Path) -> int:
    """Wait for the lock on `path`, and return the file descriptor that holds it."""
    holder = _open(path)
    fcntl.flock(holder, fcntl.LOCK_EX)
    return holder


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """Return the file descriptor that now holds the lock on `path`, or None if others hold it."""
    holder = _open(path)
    try:
        fcntl.flock(holder, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(holder)
        return None
    return holder


def is_locked(path: Path) -> bool:
    """Whether anybody holds the lock on `path`."""
    holder = try_lock(path)
    if holder is not None:
        os.close(holder)
    return holder is None


def is_lock_on(holder: int, path: Path) -> bool:
    """Whether `holder` locks the file that is at `path` now, not one deleted meanwhile."""
    try:
        return os.path.samestat(os.fstat(holder), path.stat())
    except FileNotFoundError:
        return False


def describe(holder: int, text: str) -> None:
    """Write `text` about the holder into the lock's file."""
    os.ftruncate(holder, 0)
    os.pwrite(holder, text.encode(), 0)


def number_in(path: Path) -> int | None:
    """Return the number in the file (a port, a process), or None without one."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
