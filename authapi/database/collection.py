"""Collections whose operations keep to a request's deadline and repeat conflicting writes."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import pymongo
from pymongo.collection import Collection
from pymongo.cursor import Cursor
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from authapi.database.deadline import Deadlines
from authapi.database.errors import DUPLICATE_KEY, WRITE_CONFLICT

Document = dict[str, Any]
P = ParamSpec("P")
R = TypeVar("R")

BATCH_SECONDS = 30
"""The longest time, in seconds, that one command about many documents may take."""

_ATTEMPTS = 6
_FIRST_PAUSE = 0.005  # seconds; doubled each time, with jitter


def retry_conflicts(write: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do a write of one document, and repeat it while it conflicts with others.

    MongoDB repeats such writes itself; compatible servers (FerretDB) report them as a conflict or
    a deadlock, with the code 112, and have then done nothing.

    Raises:
        OperationFailure: with the code 112, when it conflicted every time.
    """
    pause = _FIRST_PAUSE
    for _ in range(_ATTEMPTS - 1):
        try:
            return write(*args, **kwargs)
        except OperationFailure as failure:
            if failure.code != WRITE_CONFLICT:
                raise
        time.sleep(random.uniform(0.5, 1) * pause)  # noqa: S311 - no secret
        pause *= 2
    return write(*args, **kwargs)


def _bounded(method: Callable[P, R]) -> Callable[P, R]:
    def bounded(*args: P.args, **kwargs: P.kwargs) -> R:
        collection: Any = args[0]
        deadlines: Deadlines = collection.deadlines
        return deadlines.run(method, *args, **kwargs)

    return bounded


def _repeated(method: Callable[P, R]) -> Callable[P, R]:
    def repeated(*args: P.args, **kwargs: P.kwargs) -> R:
        return retry_conflicts(method, *args, **kwargs)

    return _bounded(repeated)


class BoundedCursor(Cursor[Document]):
    """A cursor that keeps to the deadline whenever it asks for more."""

    def next(self) -> Document:
        """Return the next document, as PyMongo's cursor does."""
        collection: Any = self.collection
        deadlines: Deadlines = collection.deadlines
        return deadlines.run(super().next)

    __next__ = next

    def to_list(self, length: int | None = None) -> list[Document]:
        """Return all documents, or at most `length`, as one operation of the deadline."""
        collection: Any = self.collection
        deadlines: Deadlines = collection.deadlines
        return deadlines.run(super().to_list, length)


class BoundedCollection(Collection[Document]):
    """A collection as PyMongo has it."""

    def __init__(self, database: Database[Document], name: str, deadlines: Deadlines) -> None:
        super().__init__(database, name)
        self.deadlines = deadlines

    def find(self, *args: Any, **kwargs: Any) -> BoundedCursor:  # noqa: ANN401 - as PyMongo's
        """Return a cursor; `find_one` is made of it."""
        return BoundedCursor(self, *args, **kwargs)

    insert_one = _repeated(Collection.insert_one)
    update_one = _repeated(Collection.update_one)
    replace_one = _repeated(Collection.replace_one)
    delete_one = _repeated(Collection.delete_one)
    find_one_and_update = _repeated(Collection.find_one_and_update)
    find_one_and_delete = _repeated(Collection.find_one_and_delete)
    insert_many = _bounded(Collection.insert_many)
    update_many = _bounded(Collection.update_many)
    delete_many = _bounded(Collection.delete_many)
    bulk_write = _bounded(Collection.bulk_write)
    aggregate = _bounded(Collection.aggregate)
    count_documents = _bounded(Collection.count_documents)
    distinct = _bounded(Collection.distinct)


def insert_if_new(collection: Collection[Document], document: Document) -> bool:
    """Insert a document; False when one with its unique keys is there."""
    try:
        collection.insert_one(document)
    except DuplicateKeyError:
        return False
    return True


def insert_those_new(collection: Collection[Document], documents: Sequence[Document]) -> set[int]:
    """Insert documents, each by itself; return the positions of those that are there already.

    The others are stored all the same.

    Raises:
        BulkWriteError: when another reason kept one from being stored.
    """
    try:
        with pymongo.timeout(BATCH_SECONDS):
            collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        failures = (error.details or {}).get("writeErrors", [])
        if not failures or any(failure["code"] != DUPLICATE_KEY for failure in failures):
            raise
        return {failure["index"] for failure in failures}
    return set()
