"""Imports users in batches; each is one insert, and the unique index decides."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from authapi.accounts.models import User
from authapi.administration.dry_run import Addresses, DryRunAddresses, DryRunUsers, Users
from authapi.administration.errors import LineError
from authapi.administration.import_conflicts import conflict
from authapi.administration.import_format import Record
from authapi.administration.import_rules import read_user, to_user
from authapi.administration.models import ImportedUser, ImportOptions, ImportSummary
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.factors.operating import OperatorFactors

BATCH = 500
"""How many users are stored at once."""

_AS_IT_STANDS = ImportOptions()

T = TypeVar("T")
Refuse = Callable[[int, str], None]
"""Called with the number of each refused line, and the reason."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A user, the line's number, and the unique form of an address that was confirmed there."""

    number: int
    user: User
    email_key: str | None


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run works with."""

    users: Users
    addresses: Addresses | None
    options: ImportOptions
    refuse: Refuse
    summary: ImportSummary
    dry_run: bool = False

    def reject(self, number: int, why: str) -> None:
        """Count a line that made no user, and say why."""
        self.summary.refused += 1
        self.refuse(number, why)


class UserImport:
    """Imports users; running it again changes nothing that is there.

    Args:
        addresses: where their confirmed addresses go; None where users have none.
    """

    def __init__(
        self,
        users: Users,
        addresses: Addresses | None,
        factors: OperatorFactors,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._users = users
        self._factors = factors
        self._addresses = addresses
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
            refuse: called for each line that makes no user.
            options: how they are read.
            dry_run: store nothing.
        """
        options = replace(options, addresses=self._addresses is not None)
        run = _Run(self._users, self._addresses, options, refuse, ImportSummary())
        if dry_run:
            addresses = DryRunAddresses(self._addresses) if self._addresses else None
            run = replace(run, users=DryRunUsers(self._users), addresses=addresses, dry_run=True)
        try:
            for batch in _batches(records, BATCH):
                run.summary.lines = batch[-1].number
                for lines in _apart(self._read(batch, run)):
                    _store(lines, run)
                yield run.summary
        finally:
            if run.summary.imported and not dry_run:
                self._events.record(Event.USERS_IMPORTED, reason="operator")

    def _read(self, batch: list[Record], run: _Run) -> Iterator[_Line]:
        """Return the users of a batch."""
        for record in batch:
            try:
                if record.problem is not None:
                    raise LineError(record.problem)
                found = read_user(record.members, run.options, self._clock())
            except LineError as why:
                run.reject(record.number, str(why))
            except RecursionError:
                run.reject(record.number, "objects stand too deep in one another")
            else:
                run.summary.ignored.update(found.ignored)
                email_key = found.email.key if found.email and found.email_verified else None
                yield _Line(record.number, self._user(found, dry_run=run.dry_run), email_key)

    def _user(self, found: ImportedUser, *, dry_run: bool) -> User:
        now = self._clock()
        user = to_user(found, now)
        if found.totp_secret is None or dry_run:
            return user
        return self._factors.with_app(user, found.totp_secret, now)


def _store(lines: list[_Line], run: _Run) -> None:
    lines = _with_addresses_of_their_own(lines, run)
    taken = run.users.add_many([line.user for line in lines]) if lines else set()
    run.summary.imported += len(lines) - len(taken)
    holders = run.users.holders(lines[place].user.name_key for place in taken) if taken else {}
    stored: dict[str, tuple[int, User]] = {}
    for place, line in enumerate(lines):
        there: User | None = line.user
        if place in taken:
            if why := conflict(line.user, holders, same_ids=run.options.keep_ids):
                run.reject(line.number, why)
                continue
            run.summary.already_there += 1
            there = holders[line.user.name_key]
        if line.email_key is not None and there is not None:
            stored[line.email_key] = (line.number, there)
    if stored and run.addresses is not None:
        lost = run.addresses.confirm({key: user for key, (_, user) in stored.items()})
        for number in sorted(stored[key][0] for key in lost):
            run.reject(number, "another user got this address at the same moment")


def _with_addresses_of_their_own(lines: list[_Line], run: _Run) -> list[_Line]:
    claims = [line for line in lines if line.email_key]
    if not claims or run.addresses is None:
        return lines
    taken = run.addresses.taken([line.user for line in claims])
    refused = {claims[place].number for place in taken}
    for number in sorted(refused):
        run.reject(number, "another user has this address")
    return [line for line in lines if line.number not in refused]


def _apart(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    """Split lines into lists in which no confirmed address occurs twice."""
    part: list[_Line] = []
    keys: set[str] = set()
    for line in lines:
        if line.email_key in keys:
            yield part
            part, keys = [], set()
        part.append(line)
        keys |= {line.email_key} if line.email_key else set()
    if part:
        yield part


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
