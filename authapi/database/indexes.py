"""The indexes that the service needs, how they are made, and why one could not be made."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure

from authapi.database.errors import DUPLICATE_KEY, DatabaseUnavailable, ForeignDocuments

MongoDatabase = Database[dict[str, Any]]
_log = logging.getLogger("authapi.database")


@dataclass(frozen=True, slots=True)
class Index:
    """An index that the service needs.

    Attributes:
        collection: whose index it is.
        keys: as `create_index` takes them.
        options: as `create_index` takes them: `unique`, `sparse`, `partialFilterExpression`, ….
        in_every_document: whether every document of the service has the first key. One without it
            is another program's, and the service refuses to serve.
        adopt: the command that turns such documents into the service's, if there is one.
    """

    collection: str
    keys: Sequence[tuple[str, int]]
    options: dict[str, Any] = field(default_factory=dict)
    in_every_document: bool = False
    adopt: str | None = None

    @property
    def name(self) -> str:
        """The name MongoDB gives it by convention."""
        return "_".join(f"{key}_{direction}" for key, direction in self.keys)

    @property
    def label(self) -> str:
        """What operators read: `collection.name`."""
        return f"{self.collection}.{self.name}"


@dataclass(frozen=True, slots=True)
class StoredCollection:
    """A collection that a room keeps.

    Attributes:
        name: what it is called.
        indexes: what it needs.
        nothing_personal: why it holds nothing personal; empty where the room exports and erases
            what it holds of a user.
    """

    name: str
    indexes: Sequence[Index]
    nothing_personal: str = ""


def ensure(database: MongoDatabase, index: Index) -> str:
    """Create an index unless it is there, and return its label.

    Raises:
        DatabaseUnavailable: on duplicates, missing rights or an index of other options.
    """
    try:
        database[index.collection].create_index(list(index.keys), **index.options)
    except OperationFailure as failure:
        raise DatabaseUnavailable(_why_not_made(index.label, failure)) from failure
    return index.label


def missing(database: MongoDatabase, indexes: Iterable[Index]) -> list[str]:
    """Return the labels of the indexes that are not there."""
    return [
        index.label
        for index in indexes
        if index.name not in database[index.collection].index_information()
    ]


def drop(database: MongoDatabase, indexes: Iterable[Index]) -> None:
    """Drop all indexes of the collections: after an interrupted build one may be incomplete."""
    _log.warning("the last making of indexes was interrupted: making them again")
    for name in {index.collection for index in indexes}:
        database[name].drop_indexes()


def refuse_foreign_documents(database: MongoDatabase, indexes: Iterable[Index]) -> None:
    """Look for documents of another program, by one query on each index.

    Raises:
        ForeignDocuments: naming the collection and what to do; it is logged as well.
    """
    for index in indexes:
        lacking = {index.keys[0][0]: None}
        if index.in_every_document and database[index.collection].find_one(lacking, {"_id": 1}):
            problem = ForeignDocuments(_foreign(index, database.name))
            _log.error("%s", problem)
            raise problem


def _why_not_made(label: str, failure: OperationFailure) -> str:
    reasons = {
        DUPLICATE_KEY: "the collection holds duplicates; remove them, then run"
        " `flask db ensure-indexes`",
        13: "the database user may not create indexes; grant readWrite on this database",
        85: "an index of the same keys with other options exists; drop it first",
        86: "an index of the same name with other keys exists; drop it first",
    }
    why = reasons.get(failure.code or 0, str(failure.details or failure))
    return f"The index {label} could not be created: {why}."


def _foreign(index: Index, database: str) -> str:
    adopt = f"take them over with `{index.adopt}`, or " if index.adopt else ""
    return (
        f"The collection {index.collection} of the database {database} holds documents of another"
        f" program, without {index.keys[0][0]}: {adopt}name another database in MONGO_DATABASE."
    )
