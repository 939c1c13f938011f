"""The indexes that the service needs, and why one could not be made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import OperationFailure

from authapi.database.errors import DUPLICATE_KEY


@dataclass(frozen=True, slots=True)
class Index:
    """An index that the service needs.

    Attributes:
        collection: whose index it is.
        keys: as `create_index` takes them.
        options: as `create_index` takes them: `unique`, `sparse`, `partialFilterExpression`, ….
        in_every_document: whether every document of ours has the first key. One that has not is
            another program's, and the service does not serve over it.
        adopt: the command that turns such documents into ours, if there is one.
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


def why_not_made(label: str, failure: OperationFailure) -> str:
    """Say for the operator why the index called `label` could not be made."""
    reasons = {
        DUPLICATE_KEY: "the collection holds duplicates; remove them, then run"
        " `flask db ensure-indexes`",
        13: "the database user may not create indexes; grant readWrite on this database",
        85: "an index of the same keys with other options exists; drop it first",
        86: "an index of the same name with other keys exists; drop it first",
    }
    why = reasons.get(failure.code or 0, str(failure.details or failure))
    return f"The index {label} could not be created: {why}."


def holds_foreign(database: Mapping[str, Any], index: Index) -> bool:
    """Whether a document lacks the index's first key: one look into the index, once it is made."""
    key = index.keys[0][0]
    return database[index.collection].find_one({key: None}, {"_id": 1}) is not None


def foreign_documents(index: Index, database: str) -> str:
    """Say for the operator that the index's collection is another program's, and the ways out."""
    adopt = f"take them over with `{index.adopt}`, or " if index.adopt else ""
    return (
        f"The collection {index.collection} of the database {database} holds documents of another"
        f" program, without {index.keys[0][0]}: {adopt}name another database in MONGO_DATABASE."
    )
