"""Writes small private files atomically, also in a power cut."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_durably(path: Path, text: str) -> None:
    """Write a file, and replace an older one, whose owner and mode it keeps.

    Raises:
        OSError: when it cannot be written; what was there stays.
    """
    path = path.resolve()  # a link stays one
    with _draft(path, text, like=path) as draft:
        draft.replace(path)
    _sync_names(path.parent)


def create_durably(path: Path, text: str) -> None:
    """Write a file, unless there is one already: of several writers at once the first one wins.

    Raises:
        OSError: when it cannot be written.
    """
    with _draft(path, text) as draft, suppress(FileExistsError):
        os.link(draft, path)
    _sync_names(path.parent)


def delete_durably(path: Path) -> None:
    """Delete a file so that it stays deleted.

    Raises:
        OSError: when it cannot be deleted.
    """
    path.unlink()
    _sync_names(path.parent)


@contextmanager
def _draft(path: Path, text: str, like: Path | None = None) -> Iterator[Path]:
    """Write a file beside `path`; whatever happens in the block, it does not stay."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            if like is not None and like.exists() and os.name == "posix":
                _make_alike(descriptor, like)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _make_alike(descriptor: int, like: Path) -> None:
    """Give a new file the owner and the mode of another one: who may read that, may read this."""
    there, made = like.stat(), os.fstat(descriptor)
    if (there.st_uid, there.st_gid) != (made.st_uid, made.st_gid):
        os.fchown(descriptor, there.st_uid, there.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(there.st_mode))


def _sync_names(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows opens no folders
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
