"""Keeps security events for a set time, and shows them to their user and the operator."""

import logging
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from authapi.audit.aggregation import EventAggregator
from authapi.audit.rules import AGGREGATED, to_store
from authapi.audit.serializers import describe
from authapi.audit.settings import AuditSettings
from authapi.audit.store import AuditStore
from authapi.core.cursors import Cursor
from authapi.core.events import SecurityEvent
from authapi.core.services import Subject
from authapi.database import FAILURES

DELAY = timedelta(seconds=5)
"""How long an aggregated event waits for others like it before it is stored."""

_PATIENCE = timedelta(seconds=0.5)
"""How long a reader waits for the events that another thread is just storing."""

_AT_ONCE = 100
"""How many aggregated events one command stores, so that it ends within the timeout."""

_log = logging.getLogger("authapi.audit")


class AuditTrail:
    """The stored security events."""

    collections = ("audit_events",)

    def __init__(self, store: AuditStore, settings: AuditSettings) -> None:
        self._store = store
        self._lifetime = settings.audit_lifetime
        self._log_only = settings.audit_log_only
        self._living: Callable[[Collection[str]], set[str]] = set
        self._aggregator = EventAggregator(self._flush, DELAY)

    def look_up_living_users_by(self, living: Callable[[Collection[str]], set[str]]) -> None:
        """Let `living` say which of some user ids are those of users who are not deleted."""
        self._living = living

    def keep(self, event: SecurityEvent) -> None:
        """Store an event: a sink for the `EventRecorder`.

        When the database fails here, the failure is an error in the log, and the request goes on.
        The event itself is in the log already.
        """
        kept = to_store(event, self._log_only)
        if kept is None:
            return
        if kept.event in AGGREGATED:
            self._aggregator.add(kept)
            return
        try:
            self._store.add(kept, expires_at=kept.at + self._lifetime)
        except FAILURES as failure:
            _log.error("%s was not stored: %s", event.event, type(failure).__name__)
        if kept.user_id is not None:
            self._aggregator.check_later(kept.user_id)

    def flush(self) -> None:
        """Store now the events that wait in this process; all are stored afterwards."""
        self._aggregator.flush()

    def page(
        self,
        limit: int,
        before: Cursor | None,
        user_id: str | None = None,
        event: str | None = None,
    ) -> tuple[list[SecurityEvent], Cursor | None]:
        """Return at most `limit` events of a user or of all, of one kind or all, the newest first.

        Returns:
            The events, and the cursor for `before` of the next page; None when there are no more.
        """
        self._aggregator.flush(_PATIENCE)
        return self._store.page(limit, before, user_id, event)

    def all_of(self, user_id: str) -> list[SecurityEvent]:
        """Return all that is stored of the user's events, the newest first."""
        self._aggregator.flush(_PATIENCE)
        return self._store.events_of_user(user_id)

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return all events of the user, the newest first."""
        return {"events": [describe(event) for event in self.all_of(subject.id)]}

    def erase(self, subject: Subject) -> None:
        """Remove the user's events; the fact that some user was deleted stays, without a name."""
        self._store.forget_user(subject.id)

    def _flush(self, events: list[SecurityEvent], users: set[str]) -> None:
        for first in range(0, len(events), _AT_ONCE):
            self._store_aggregated(events[first : first + _AT_ONCE])
        self._forget_deleted(users | {event.user_id for event in events if event.user_id})

    def _store_aggregated(self, events: list[SecurityEvent]) -> None:
        try:
            self._store.add_aggregated(events, self._lifetime)
        except FAILURES as failure:
            count = sum(event.count for event in events)
            _log.error("%d aggregated events were not stored: %s", count, type(failure).__name__)

    def _forget_deleted(self, users: set[str]) -> None:
        """Remove again what was stored of users who were deleted meanwhile (S134).

        The look comes after the write: a deletion before it is seen here, one after it removes
        the events itself.
        """
        try:
            for deleted in users - self._living(users) if users else ():
                self._store.forget_user(deleted)
        except FAILURES as failure:
            _log.error("not looked whether users still live: %s", type(failure).__name__)
