"""What the operator's commands are about."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class UserRef:
    """The user that a command is about: by name, or by id, never the one for the other.

    A name may look like somebody else's id, so that nothing is guessed.
    """

    name_or_id: str
    is_id: bool = False

    def __str__(self) -> str:
        return f"the id {self.name_or_id!r}" if self.is_id else f"the name {self.name_or_id!r}"


@dataclass
class ImportSummary:
    """What came of an import so far.

    Attributes:
        lines: how many were read, empty ones included.
        imported: users stored.
        already_there: users that were stored before and stay as they are.
        refused: lines that made no user.
        ignored: members that mean nothing to the import, and in how many users they stood.
    """

    lines: int = 0
    imported: int = 0
    already_there: int = 0
    refused: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
