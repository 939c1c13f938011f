"""Users brought in from elsewhere, in batches; each is one insert that the unique index decides."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from authapi.accounts.models import User
from authapi.administration.errors import LineError
from authapi.administration.import_conflicts import conflict
from authapi.administration.import_format import Record
from authapi.administration.import_rules import ImportOptions, read_user, to_user
from authapi.administration.models import ImportSummary
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder

BATCH = 500
"""How many users are stored at once."""

_AS_IT_STANDS = ImportOptions()

T = TypeVar("T")
Refuse = Callable[[int, str], None]
"""Told the number of each refused line, and why."""


class Users(Protocol):
    """Where imported users go."""

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Store users; return the positions of those whose name or id is taken."""
        ...

    def holders(self, name_keys: Iterable[str]) -> dict[str, User | None]:
        """Return which names are taken, and by whom; None for one not released yet."""
        ...

    def living(self, user_ids: Collection[str]) -> set[str]:
        """Return which of these ids are taken."""
        ...


class DryRunStore:
    """Stores nothing, and answers as the store would have."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._added: dict[str, User | None] = {}
        self._ids: set[str] = set()

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Return the positions of those whose name or id would be taken."""
        taken = self.holders(user.name_key for user in users)
        taken_ids = self._ids | self.living([user.id for user in users])
        refused = set()
        for position, user in enumerate(users):
            name_taken = user.name_key in taken or user.name_key in self._added
            if name_taken or user.id in taken_ids:
                refused.add(position)
            else:
                self._added[user.name_key] = user
                self._ids.add(user.id)
                taken_ids.add(user.id)
        return refused

    def living(self, user_ids: Collection[str]) -> set[str]:
        """Return which of these ids are taken."""
        return self._users.living(user_ids)

    def holders(self, name_keys: Iterable[str]) -> dict[str, User | None]:
        """Return which names would be taken."""
        keys = list(name_keys)
        added = {key: self._added[key] for key in keys if key in self._added}
        return {**added, **self._users.holders(keys)}


class UserImport:
    """Imports users; running it again changes nothing that is there."""

    def __init__(self, users: Users, events: EventRecorder, clock: Clock) -> None:
        self._users = users
        self._events = events
        self._clock = clock

    def run(
        self,
        records: Iterable[Record],
        refuse: Refuse,
        options: ImportOptions = _AS_IT_STANDS,
        *,
        dry_run: bool = False,
    ) -> Iterator[ImportSummary]:
        """Import `records`; yield the summary after each batch.

        Args:
            records: the users of a file, one by one.
            refuse: told of each one that makes no user.
            options: how they are read.
            dry_run: store nothing.
        """
        users: Users = DryRunStore(self._users) if dry_run else self._users
        summary = ImportSummary()

        def reject(number: int, why: str) -> None:
            summary.refused += 1
            refuse(number, why)

        try:
            for batch in _batches(records, BATCH):
                summary.lines = batch[-1].number
                read = self._read(batch, options, reject, summary)
                self._store(read, users, options, reject, summary)
                yield summary
        finally:
            if summary.imported and not dry_run:
                self._events.record(Event.USERS_IMPORTED, reason="operator")

    def _read(
        self, batch: list[Record], options: ImportOptions, reject: Refuse, summary: ImportSummary
    ) -> list[tuple[int, User]]:
        """Return the users of a batch, each with the number of its line."""
        users = []
        for record in batch:
            try:
                if record.problem is not None:
                    raise LineError(record.problem)
                found = read_user(record.members, options, self._clock())
            except LineError as why:
                reject(record.number, str(why))
            else:
                summary.ignored.update(found.ignored)
                users.append((record.number, to_user(found, self._clock())))
        return users

    def _store(
        self,
        read: list[tuple[int, User]],
        users: Users,
        options: ImportOptions,
        reject: Refuse,
        summary: ImportSummary,
    ) -> None:
        if not read:
            return
        taken = users.add_many([user for _, user in read])
        summary.imported += len(read) - len(taken)
        holders = users.holders(read[place][1].name_key for place in taken) if taken else {}
        for number, user in (read[place] for place in sorted(taken)):
            if why := conflict(user, holders, same_ids=options.keep_ids):
                reject(number, why)
            else:
                summary.already_there += 1


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
