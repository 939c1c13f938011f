"""Users brought in from elsewhere, in batches; each is one insert that the unique index decides."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar

from authapi.accounts.models import User
from authapi.accounts.rules import display_name, name_key
from authapi.administration.import_format import ImportedUser, LineError, read_line
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder

BATCH = 500
"""How many lines are stored at once."""

T = TypeVar("T")
Refuse = Callable[[int, str], None]
"""Told the number of each refused line, and why."""


class Users(Protocol):
    """Where imported users go."""

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Store users; return the positions of those whose name is taken."""
        ...

    def names(self, name_keys: Iterable[str]) -> dict[str, str | None]:
        """Return which names are taken, each as written; None for one not released yet."""
        ...


class DryRunStore:
    """Stores nothing, and answers as the store would have: for a dry run."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._added: dict[str, str | None] = {}

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Return the positions of those whose name would be taken."""
        taken = self.names(user.name_key for user in users)
        refused = set()
        for position, user in enumerate(users):
            if user.name_key in taken or user.name_key in self._added:
                refused.add(position)
            else:
                self._added[user.name_key] = user.username
        return refused

    def names(self, name_keys: Iterable[str]) -> dict[str, str | None]:
        """Return which names would be taken."""
        keys = list(name_keys)
        rehearsed = {key: self._added[key] for key in keys if key in self._added}
        return {**rehearsed, **self._users.names(keys)}


@dataclass
class ImportSummary:
    """What came of the lines so far; `lines` counts empty ones too."""

    lines: int = 0
    imported: int = 0
    already_there: int = 0
    refused: int = 0


class UserImport:
    """Imports users; running it again changes nothing that is there."""

    def __init__(self, users: Users, events: EventRecorder, clock: Clock) -> None:
        self._users = users
        self._events = events
        self._clock = clock

    def run(
        self, lines: Iterable[bytes], refuse: Refuse, *, dry_run: bool = False
    ) -> Iterator[ImportSummary]:
        """Import `lines`, each the JSON of one user; yield the summary after each batch.

        Args:
            lines: raw, as `read_line` has them; empty ones are passed over.
            refuse: told of each line that makes no user.
            dry_run: store nothing.
        """
        users: Users = DryRunStore(self._users) if dry_run else self._users
        summary = ImportSummary()
        try:
            for batch in _batches(enumerate(lines, start=1), BATCH):
                self._take(batch, users, refuse, summary)
                yield summary
        finally:
            if summary.imported and not dry_run:
                self._events.record(Event.USERS_IMPORTED, reason="operator")

    def _take(
        self, batch: list[tuple[int, bytes]], users: Users, refuse: Refuse, summary: ImportSummary
    ) -> None:
        summary.lines += len(batch)

        def reject(number: int, why: str) -> None:
            summary.refused += 1
            refuse(number, why)

        numbered: list[tuple[int, User]] = []
        for number, raw in batch:
            if not raw.strip():
                continue
            try:
                numbered.append((number, self._user(read_line(raw, self._clock()))))
            except LineError as why:
                reject(number, str(why))
        if not numbered:
            return
        taken = users.add_many([user for _, user in numbered])
        summary.imported += len(numbered) - len(taken)
        known = users.names(numbered[position][1].name_key for position in taken) if taken else {}
        for number, user in (numbered[position] for position in sorted(taken)):
            if why_taken := _why_taken(user, known):
                reject(number, why_taken)
            else:
                summary.already_there += 1

    def _user(self, line: ImportedUser) -> User:
        return User(
            id=secrets.token_hex(12),
            username=display_name(line.username),
            name_key=name_key(line.username),
            password_hash=line.password_hash,
            created_at=line.created_at or self._clock(),
        )


def _why_taken(user: User, known: dict[str, str | None]) -> str | None:
    """Say why a name that is taken is a problem; None when it is the very user of the line."""
    written = known.get(user.name_key, user.username)
    if written is None:
        return "the name belonged to a user deleted just now; import it again later"
    if written != user.username:
        return "another user has this name, in other letters (case and Unicode form do not count)"
    return None


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
