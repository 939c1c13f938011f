"""Writes small private files atomically, also in a power cut."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_durably(path: Path, text: str) -> None:
    """Write a file, and replace an older one.

    Raises:
        OSError: when it cannot be written; what was there stays.
    """
    draft = _draft(path, text)
    draft.replace(path)
    _sync_names(path.parent)


def create_durably(path: Path, text: str) -> None:
    """Write a file, unless there is one already: of several writers at once the first one wins.

    Raises:
        OSError: when it cannot be written.
    """
    draft = _draft(path, text)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    _sync_names(path.parent)


def delete_durably(path: Path) -> None:
    """Delete a file so that it stays deleted.

    Raises:
        OSError: when it cannot be deleted.
    """
    path.unlink()
    _sync_names(path.parent)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except OSError:  # a full disk
        draft.unlink()
        raise
    return draft


def _sync_names(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows opens no folders
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
