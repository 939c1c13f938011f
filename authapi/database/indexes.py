"""The indexes that the service needs, and why one could not be made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import OperationFailure


@dataclass(frozen=True, slots=True)
class Index:
    """An index that the service needs: the collection, `create_index`'s keys and its options."""

    collection: str
    keys: Sequence[tuple[str, int]]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name MongoDB gives it by convention."""
        return "_".join(f"{key}_{direction}" for key, direction in self.keys)


def why_not_made(label: str, failure: OperationFailure) -> str:
    """Say for the operator why the index called `label` could not be made."""
    reasons = {
        11000: "the collection holds duplicates; remove them, then run `flask db ensure-indexes`",
        13: "the database user may not create indexes; grant readWrite on this database",
        85: "an index of the same keys with other options exists; drop it first",
        86: "an index of the same name with other keys exists; drop it first",
    }
    why = reasons.get(failure.code or 0, str(failure.details or failure))
    return f"The index {label} could not be created: {why}."
