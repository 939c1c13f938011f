"""Says whether a valid access token was revoked, from a copy that is never older than a second."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.forks import after_fork_in_child
from authapi.core.identity import Identity
from authapi.database import FAILURES, DatabaseUnavailable
from authapi.revocation.models import Revocation
from authapi.revocation.rules import RevocationCopy, session_subject, user_subject
from authapi.revocation.store import RevocationStore

INTERVAL = timedelta(milliseconds=500)
"""How old the copy may be before a request brings it up to date."""

OVERLAP = timedelta(seconds=10)
"""How far the clocks of two servers may differ without a revocation being missed."""

_log = logging.getLogger("authapi.revocation")


class Revocations(Protocol):
    """What revokes, and what checks for it."""

    def revoke_sessions(self, session_ids: Iterable[str]) -> None:
        """Void every access token of these sessions."""
        ...

    def revoke_user(self, user_id: str) -> None:
        """Void every access token that the user has now."""
        ...

    def check(self, identity: Identity) -> None:
        """Raise `ApiError` `invalid_token` when the token behind `identity` was revoked."""
        ...


class SyncedRevocations:
    """Checks against a copy in memory, synchronised on the request path, no thread needed.

    Args:
        store: where the revocations are.
        clock: what tells the time.
        token_lifetime: how long an access token lives; a revocation is kept a little longer.
        patience: how long the copy may go on unsynchronised while the database is away; then
            every check raises what the database raises, a 503: never an open door.
        timeout: how long the database may take for one write or read.
    """

    def __init__(
        self,
        store: RevocationStore,
        clock: Clock,
        token_lifetime: timedelta,
        patience: timedelta,
        timeout: timedelta = timedelta(seconds=2),
    ) -> None:
        self._store = store
        self._clock = clock
        self._kept_for = token_lifetime + OVERLAP
        self._patience = patience
        self._timeout = timeout
        self._synced_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._failed_at: float | None = None  # monotonic seconds
        self._copy = RevocationCopy()
        self._renew_lock()
        after_fork_in_child(self._renew_lock)

    def _renew_lock(self) -> None:
        """In a forked child nobody is synchronising, whoever was in the parent."""
        self._syncing = threading.Lock()
        self._copy.renew_lock()

    def revoke_sessions(self, session_ids: Iterable[str]) -> None:
        """Void every access token of these sessions, here at once, elsewhere within a second."""
        self._revoke([session_subject(session_id) for session_id in session_ids])

    def revoke_user(self, user_id: str) -> None:
        """Void every access token that the user has now."""
        self._revoke([user_subject(user_id)])

    def check(self, identity: Identity) -> None:
        """Let pass, or raise.

        Raises:
            ApiError: `invalid_token` when the token was revoked.
        """
        now = self._clock()
        if not _recent(self._tried_at, now, INTERVAL):
            self._synchronise(now)
        if self._copy.voids(identity):
            raise ApiError(ErrorCode.INVALID_TOKEN)

    def _synchronise(self, now: datetime) -> None:
        began = time.monotonic()
        if _recent(self._synced_at, now, self._patience):
            if not self._syncing.acquire(blocking=False):
                return  # somebody else is at it, and the copy is good enough until then
        elif not self._syncing.acquire(timeout=self._timeout.total_seconds()):
            raise DatabaseUnavailable("The revocations are being read for too long.")
        try:
            if self._failed_at is not None and self._failed_at >= began:
                raise DatabaseUnavailable("The revocations could not be read just now.")
            now = self._clock()
            if not _recent(self._tried_at, now, INTERVAL):
                self._read(now)
        finally:
            self._syncing.release()

    def _read(self, now: datetime) -> None:
        try:
            if self._synced_at is None:
                self._copy.add(self._store.unexpired(now - OVERLAP))
            else:
                # Far enough back for another clock, and for a write that took its time.
                self._copy.add(self._store.since(self._synced_at - OVERLAP - self._timeout))
        except FAILURES as failure:
            if not _recent(self._synced_at, now, self._patience):
                self._failed_at = time.monotonic()
                raise
            _log.warning("revocations not synchronised: %s", type(failure).__name__)
        else:
            self._copy.forget_expired(now)
            self._synced_at = now
        self._tried_at = now

    def _revoke(self, subjects: list[str]) -> None:
        now = self._clock()
        entries = [Revocation(subject, now, now + self._kept_for) for subject in subjects]
        self._store.add(entries)
        self._copy.add(entries)


class StrictRevocations(SyncedRevocations):
    """Asks the database for the session at every request: one read each, dead at once."""

    def __init__(
        self,
        store: RevocationStore,
        clock: Clock,
        token_lifetime: timedelta,
        patience: timedelta,
        timeout: timedelta,
        session_lives: Callable[[str], bool],
    ) -> None:
        super().__init__(store, clock, token_lifetime, patience, timeout)
        self._session_lives = session_lives

    def check(self, identity: Identity) -> None:
        """Let pass while the session lives, or raise.

        Raises:
            ApiError: `invalid_token` when the session has ended.
        """
        if not self._session_lives(identity.session_id):
            raise ApiError(ErrorCode.INVALID_TOKEN)


class NoRevocations:
    """Access tokens live until they expire: for those who want no shared state at all."""

    def revoke_sessions(self, session_ids: Iterable[str]) -> None:
        """Do nothing."""

    def revoke_user(self, user_id: str) -> None:
        """Do nothing."""

    def check(self, identity: Identity) -> None:
        """Let pass."""


def _recent(moment: datetime | None, now: datetime, limit: timedelta) -> bool:
    return moment is not None and timedelta(0) <= now - moment < limit
