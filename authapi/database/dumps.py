"""A database as a folder: one file of BSON for each collection, as MongoDB's own tools have them.

A file beside them says what they hold. It is written last: a folder without it was cut off.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bson import CodecOptions, decode_file_iter
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError

from authapi.core.durable_files import write_durably
from authapi.database.connection import Database
from authapi.database.deadline import without_an_end
from authapi.database.errors import FAILURES

MANIFEST = "authapi-dump.json"
"""The file that says what a folder holds."""
_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_BATCH = 1000

CUT_OFF = "Cut off; a part may be stored. Start no service on it, and restore again with --drop"
"""A service on it would let others register the names of users who are missing."""
_CUT_OFF_BY: tuple[type[BaseException], ...] = (*FAILURES, KeyboardInterrupt)

Counts = dict[str, int]
"""How many documents there are, by collection."""


class DumpError(Exception):
    """A folder cannot be written or restored; the message says why, for the operator."""


def dump(database: Database, folder: Path) -> Counts:
    """Write all collections into a new folder, for its owner alone.

    Users are read before their sessions and addresses: those are newer then, and count only where
    the user's document agrees.

    Args:
        database: what is read, one collection after the other, while others may write.
        folder: must not be there.

    Raises:
        DumpError: when there is nothing to write, or the folder is there or cannot be written.
            When it fails or is interrupted, no part of it stays.
    """
    with without_an_end():
        names = sorted(_names(database), key=_users_first)
        if not names:
            raise DumpError(f"There is no database {database.name}: look at MONGO_DATABASE.")
        try:
            folder.mkdir(mode=0o700)
            return _counts(_write_all(database, names, folder))
        except FileExistsError:
            raise DumpError(f"{folder} is there already; name a new folder.") from None
        except OSError as why:
            raise DumpError(f"{folder} cannot be written: {why.strerror}.") from None


def restore(database: Database, folder: Path, *, drop: bool = False) -> Counts:
    """Store what `dump` wrote, and make the indexes.

    Nothing is stored unless all files are whole and the database takes every document. Cut off, it
    is run again with `drop`.

    Args:
        database: where to; it must be empty.
        folder: as `dump` wrote it.
        drop: remove first what is in the database.

    Raises:
        DumpError: when a file is missing or damaged, the database is not empty or refuses a
            document, or the restore was cut off.
        DatabaseUnavailable: when the indexes cannot be made.
    """
    listed = _verified_manifest(folder)
    with without_an_end():
        for name in _names(database):
            if drop:
                database.unprepared[name].drop()
            elif database.unprepared[name].find_one({}, {"_id": 1}):
                raise DumpError(
                    f"The collection {name} holds documents: name an empty database in"
                    " MONGO_DATABASE, or let --drop remove what is there."
                )
        _store_all(database, listed, folder)
    database.ensure_indexes(unbounded=True)
    return _counts(listed)


def _names(database: Database) -> list[str]:
    """Return the collections, without those that the server keeps for itself."""
    return [name for name in database.names_of_collections() if not name.startswith("system.")]


def _users_first(name: str) -> tuple[bool, str]:
    return (name != "users", name)


def _raw(database: Database, name: str) -> Collection[RawBSONDocument]:
    found: Any = database.unprepared[name]
    return found.with_options(codec_options=_RAW)  # type: ignore[no-any-return]


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.bson"


def _write_all(database: Database, names: list[str], folder: Path) -> dict[str, dict[str, Any]]:
    """Fill a new folder, or remove it; return what was written, by collection."""
    try:
        written = {name: _write(_raw(database, name), _file(folder, name)) for name in names}
        listed = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "collections": written}
        write_durably(folder / MANIFEST, json.dumps(listed, indent=2) + "\n")
    except BaseException:  # Ctrl+C is no Exception
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return written


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


def _store_all(database: Database, names: Iterable[str], folder: Path) -> None:
    """Fill empty collections; where the database refuses a document, leave them empty.

    When it is interrupted, the server may still store a write a moment later. So nothing is removed
    then, and the operator is told.
    """
    try:
        try:
            for name in names:
                _store(_raw(database, name), _file(folder, name))
        except BulkWriteError as refused:
            for name in names:
                database.unprepared[name].drop()
            reason = refused.details["writeErrors"][0]["errmsg"]
            raise DumpError(f"Nothing was restored, since the database says: {reason}") from None
    except _CUT_OFF_BY as why:
        raise DumpError(f"{CUT_OFF} ({type(why).__name__})") from None


def _store(collection: Collection[RawBSONDocument], path: Path) -> None:
    with path.open("rb") as file:
        documents = decode_file_iter(file, _RAW)
        while batch := list(islice(documents, _BATCH)):
            collection.insert_many(batch, ordered=False)


def _verified_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what a folder holds, after the hash of every file was checked."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        listed = {
            str(name): {"documents": int(each["documents"]), "sha256": str(each["sha256"])}
            for name, each in manifest["collections"].items()
        }
    except (FileNotFoundError, NotADirectoryError):
        raise DumpError(f"{folder} has no {MANIFEST}: no dump, or one that was cut off.") from None
    except (ValueError, LookupError, TypeError, AttributeError):
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
