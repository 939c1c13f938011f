"""Turns another program's users, such as the prototype's, into users of the service."""

from collections.abc import Callable

from authapi.accounts.models import ForeignUser, ForeignUsers, User
from authapi.administration.errors import LineError
from authapi.administration.extended_json import is_stored_id
from authapi.administration.import_conflicts import conflict
from authapi.administration.import_rules import read_user, to_user
from authapi.administration.models import ImportOptions, ImportSummary
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder

_SECOND_STEP = (
    "totp_secret is taken over by flask users import alone;"
    " with --ignore totp_secret the password is enough from then on"
)

Refuse = Callable[[str, str], None]
"""Called with the id of each document that makes no user, and the reason."""


class Adoption:
    """Turns another program's documents into users; the original of each is kept."""

    def __init__(self, foreign: ForeignUsers, events: EventRecorder, clock: Clock) -> None:
        self._foreign = foreign
        self._events = events
        self._clock = clock

    def run(self, refuse: Refuse, *, ignore: frozenset[str], dry_run: bool) -> ImportSummary:
        """Adopt all of the other program's documents; return how many became users.

        Args:
            refuse: called for each one that makes no user; it stays where it is.
            ignore: members to pass over.
            dry_run: change nothing.
        """
        summary = ImportSummary()
        seen: dict[str, User | None] = {}
        for foreign in self._foreign.all():
            summary.lines += 1
            try:
                self._adopt(foreign, seen, summary, ignore, dry_run)
                summary.imported += 1
            except LineError as why:
                summary.refused += 1
                refuse(foreign.label, str(why))
        if summary.imported and not dry_run:
            self._events.record(Event.USERS_IMPORTED, reason="operator")
        return summary

    def _adopt(
        self,
        foreign: ForeignUser,
        seen: dict[str, User | None],
        summary: ImportSummary,
        ignore: frozenset[str],
        dry_run: bool,
    ) -> None:
        if not is_stored_id(foreign.members.get("_id")):
            raise LineError("_id is no string and no ObjectId, so that it cannot be kept")
        options = ImportOptions(ignore=ignore, keep_ids=True)
        found = read_user(foreign.members, options, self._clock())
        if found.totp_secret is not None:
            raise LineError(_SECOND_STEP)
        user = to_user(found, self._clock())
        holder = seen.get(user.name_key) or self._foreign.holder(user.name_key)
        if holder is not None and (why := conflict(user, {user.name_key: holder}, same_ids=True)):
            raise LineError(why)
        if not dry_run and not self._foreign.replace(foreign, user):
            raise LineError("another user has this name or this id")
        seen[user.name_key] = user
        summary.ignored.update(found.ignored)
