"""A database as a folder: one file of BSON for each collection, as MongoDB's own tools have them.

A file beside them says what they hold. It is written last: a folder without it was cut off.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bson import CodecOptions, decode_file_iter
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection

from authapi.core.durable_files import write_durably
from authapi.database.connection import Database
from authapi.database.deadline import without_an_end

MANIFEST = "authapi-dump.json"
"""The file that says what a folder holds."""
_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_BATCH = 1000

Counts = dict[str, int]
"""How many documents there are, by collection."""


class DumpError(Exception):
    """A folder cannot be written or restored; the message says why, for the operator."""


def dump(database: Database, folder: Path) -> Counts:
    """Write all collections into a new folder, for its owner alone.

    Users come before their sessions and addresses: what is read of them later is newer, and counts
    only where the user says the same.

    Args:
        database: what is read, one collection after the other, while others may write.
        folder: must not be there.

    Raises:
        DumpError: when the folder is there.
        OSError: when it cannot be written; what was written so far stays, and cannot be restored.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise DumpError(f"{folder} is there already; name a new folder.") from None
    with without_an_end():
        names = sorted(database.names_of_collections(), key=_users_first)
        written = {
            name: _write(_raw(database, name), _file(folder, name))
            for name in names
            if not name.startswith("system.")
        }
    listed = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "collections": written}
    write_durably(folder / MANIFEST, json.dumps(listed, indent=2) + "\n")
    return _counts(written)


def restore(database: Database, folder: Path, *, drop: bool = False) -> Counts:
    """Store what `dump` wrote, and make the indexes.

    Nothing is stored unless all files are whole. Cut off, it is run again with `drop`.

    Args:
        database: where to; it must be empty.
        folder: as `dump` wrote it.
        drop: remove first what is in the database.

    Raises:
        DumpError: when a file is missing or damaged, or the database is not empty.
        DatabaseUnavailable: when the indexes cannot be made.
    """
    listed = _verified_manifest(folder)
    with without_an_end():
        for name in database.names_of_collections():
            if drop:
                database.unprepared[name].drop()
            elif database.unprepared[name].find_one({}, {"_id": 1}):
                raise DumpError(
                    f"The collection {name} holds documents: name an empty database in"
                    " MONGO_DATABASE, or let --drop remove what is there."
                )
        for name in listed:
            _store(_raw(database, name), _file(folder, name))
    database.ensure_indexes(unbounded=True)
    return _counts(listed)


def _users_first(name: str) -> tuple[bool, str]:
    return (name != "users", name)


def _raw(database: Database, name: str) -> Collection[RawBSONDocument]:
    found: Any = database.unprepared[name]
    return found.with_options(codec_options=_RAW)  # type: ignore[no-any-return]


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.bson"


def _write(collection: Collection[RawBSONDocument], path: Path) -> dict[str, Any]:
    """Write all documents of a collection; return how many they are, and the file's hash."""
    documents, digest = 0, hashlib.sha256()
    with path.open("xb") as file:
        for document in collection.find({}, batch_size=_BATCH):
            documents += 1
            digest.update(document.raw)
            file.write(document.raw)
        file.flush()
        os.fsync(file.fileno())
    return {"documents": documents, "sha256": digest.hexdigest()}


def _store(collection: Collection[RawBSONDocument], path: Path) -> None:
    with path.open("rb") as file:
        documents = decode_file_iter(file, _RAW)
        while batch := list(islice(documents, _BATCH)):
            collection.insert_many(batch, ordered=False)


def _verified_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what a folder holds, once all of it was looked at."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        listed: dict[str, dict[str, Any]] = manifest["collections"]
    except (FileNotFoundError, NotADirectoryError):
        raise DumpError(f"{folder} has no {MANIFEST}: no dump, or one that was cut off.") from None
    except (ValueError, LookupError, TypeError):
        raise DumpError(f"{folder / MANIFEST} is damaged.") from None
    for name, written in listed.items():
        path = _file(folder, name)
        if not path.is_file() or _hash(path) != written["sha256"]:
            raise DumpError(f"{path} is not as it was written; nothing was restored.")
    return listed


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _counts(listed: dict[str, dict[str, Any]]) -> Counts:
    return {name: written["documents"] for name, written in listed.items()}
