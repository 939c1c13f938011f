"""Keeps security events for a set time, and shows them to whom they concern."""

import logging
from datetime import timedelta

from authapi.audit.rules import to_store
from authapi.audit.store import AuditStore
from authapi.core.events import SecurityEvent
from authapi.database import FAILURES

RECENT = 100
"""How many events a user sees of the own account."""

_log = logging.getLogger("authapi.audit")


class AuditTrail:
    """The stored security events.

    Args:
        store: where they are.
        lifetime: how long each is kept.
    """

    def __init__(self, store: AuditStore, lifetime: timedelta) -> None:
        self._store = store
        self._lifetime = lifetime

    def keep(self, happened: SecurityEvent) -> None:
        """Store an event: a sink for the `EventRecorder`.

        What happened has happened: when the database fails here, that is an error in the log, and
        the request goes on. The event itself stands in the log already.
        """
        kept = to_store(happened)
        if kept is None:
            return
        try:
            self._store.add(kept, expires_at=kept.at + self._lifetime)
        except FAILURES as failure:
            _log.error("%s was not stored: %s", happened.event, type(failure).__name__)

    def recent(self, user_id: str) -> list[SecurityEvent]:
        """Return the user's last events, the newest first."""
        return self._store.of_user(user_id, RECENT)

    def all_of(self, user_id: str) -> list[SecurityEvent]:
        """Return all that is stored of the user's events, the newest first."""
        return self._store.of_user(user_id, None)

    def tail(self, limit: int, user_id: str | None = None) -> list[SecurityEvent]:
        """Return the last events, of one user or of all, the newest first."""
        if user_id is not None:
            return self._store.of_user(user_id, limit)
        return self._store.newest(limit)

    def forget_user(self, user_id: str) -> None:
        """Remove all that concerns the user; that a user was deleted stays, without a name."""
        self._store.forget_user(user_id)
