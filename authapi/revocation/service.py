"""Says whether a valid token was revoked, from a cache that is updated twice a second.

While the database is away it may become `REVOCATION_MAX_STALENESS_SECONDS` old.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from authapi.core.clock import MAX_CLOCK_SKEW, Clock, is_recent
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.forks import after_fork_in_child
from authapi.core.identity import Identity
from authapi.core.roles import Roles
from authapi.database import FAILURES, DatabaseUnavailable
from authapi.revocation.cache import RevocationCache
from authapi.revocation.models import EVERYBODY, EpochFloor, EpochSource, Revocation
from authapi.revocation.rules import next_start
from authapi.revocation.settings import RevocationSettings
from authapi.revocation.store import RevocationStore

SYNC_INTERVAL = timedelta(milliseconds=500)
"""How old the cache may be before a request updates it."""

_LATEST = datetime.max.replace(tzinfo=UTC)
_WHOLE_AFTER = timedelta(minutes=1)  # then all floors are read, so that swept ones go

_log = logging.getLogger("authapi.revocation")


class Revocations:
    """Checks against a cache in memory, which requests update; it needs no thread.

    Args:
        settings: how old the cache may become while the database is away; after that every check
            raises the database's failure, a 503.
    """

    def __init__(self, store: RevocationStore, settings: RevocationSettings, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept_for = settings.access_token_lifetime + MAX_CLOCK_SKEW
        self._max_staleness = settings.revocation_max_staleness
        self._timeout = settings.mongo_timeout
        self._epochs: EpochSource = lambda moment: []
        self._session_lives: Callable[[str], bool] = lambda session_id: True
        self._cache = RevocationCache()
        self._synced_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._lost_at: datetime | None = None
        self._whole_at: datetime | None = None
        self._sessions_from: datetime | None = None  # by the database's clock, as the next
        self._floors_from: datetime | None = None
        self._failed_at: float | None = None  # monotonic seconds
        self._renew_lock()
        after_fork_in_child(self._renew_lock)

    def _renew_lock(self) -> None:
        self._syncing = threading.Lock()

    def read_epochs_from(self, source: EpochSource) -> None:
        """Read the users' epochs from `source`; `accounts/room.py` calls this."""
        self._epochs = source

    def look_up_sessions_by(self, session_lives: Callable[[str], bool]) -> None:
        """Ask `session_lives` whether a session has not ended; `sessions/room.py` calls this."""
        self._session_lives = session_lives

    def revoke_session(self, session_id: str) -> None:
        """Void a session's access tokens: in this process at once, elsewhere within a second."""
        revocation = Revocation(session_id, self._clock() + self._kept_for)
        self._store.add(revocation)
        self._cache.add_sessions([revocation])

    def was_revoked(self, session_id: str) -> bool:
        """Whether a session of this id was revoked lately; one read."""
        return self._store.is_revoked(session_id)

    def revoke_everybody(self) -> datetime:
        """Void every token of all sessions that began until now, by one write; return when."""
        revoked_at = self._store.add_everybody()
        self._cache.add_sessions([Revocation(EVERYBODY, _LATEST, revoked_at)])
        return revoked_at

    def has_ended(self, began_at: datetime) -> bool:
        """Whether a session that began at a moment has ended with everybody's.

        Call `floor` or `epoch_floor` first: they update the cache.
        """
        return self._cache.has_ended(began_at)

    def note_floor(self, user_id: str, epoch: int) -> None:
        """Void the user's tokens of earlier epochs in this process; others read the mark."""
        self._cache.add_floors([EpochFloor(user_id, epoch)])

    def note_roles(self, user_id: str, roles: Roles, revoked: Iterable[str]) -> None:
        """Change the user's roles in this process; others read the mark."""
        self._cache.add_floors([EpochFloor(user_id, 0, None, roles, frozenset(revoked))])

    def epoch_floor(self, user_id: str) -> int:
        """Return the user's first living epoch; as `floor` does."""
        return self.floor(user_id).epoch

    def floor(self, user_id: str) -> EpochFloor:
        """Return the user's first living epoch and roles, as known at most `SYNC_INTERVAL` ago.

        Raises:
            DatabaseUnavailable: when the cache could not be brought up to date.
        """
        self._bring_up_to_date()
        at_the_most = 2 * SYNC_INTERVAL + self._timeout
        if self._lost_at is not None or not is_recent(self._synced_at, self._clock(), at_the_most):
            raise DatabaseUnavailable("The revocations could not be read just now.")
        return self._cache.floor(user_id)

    def check(self, identity: Identity) -> None:
        """Refuse a token that was revoked.

        Raises:
            ApiError: `invalid_token`.
        """
        self._bring_up_to_date()
        if self._cache.is_void(identity):
            raise ApiError(ErrorCode.INVALID_TOKEN)

    def _bring_up_to_date(self) -> None:
        now = self._clock()
        if not is_recent(self._tried_at, now, SYNC_INTERVAL):
            self._synchronise(now)

    def _tolerates(self, now: datetime) -> bool:
        """Whether the cache is young enough to go on while the database is away."""
        if self._synced_at is None:
            return False
        return self._lost_at is None or is_recent(self._lost_at, now, self._max_staleness)

    def _synchronise(self, now: datetime) -> None:
        began = time.monotonic()
        # While one request reads, the others go on with the cache as it is.
        fresh = is_recent(self._synced_at, now, 2 * SYNC_INTERVAL)
        if fresh or (self._lost_at is not None and self._tolerates(now)):
            if not self._syncing.acquire(blocking=False):
                return
        elif not self._syncing.acquire(timeout=self._timeout.total_seconds()):
            self._raise_unless_tolerated()  # the reading request is about to find the database away
            return
        try:
            if self._failed_at is not None and self._failed_at >= began:
                self._raise_unless_tolerated()
                return
            now = self._clock()
            if not is_recent(self._tried_at, now, SYNC_INTERVAL):
                self._read(now)
        finally:
            self._syncing.release()

    def _raise_unless_tolerated(self) -> None:
        if not self._tolerates(self._clock()):
            raise DatabaseUnavailable("The revocations could not be read just now.")

    def _read(self, now: datetime) -> None:
        try:
            self._read_sessions(now)
            self._read_floors(now)
        except FAILURES as failure:
            self._failed_at = time.monotonic()
            self._lost_at = self._lost_at or now
            if not self._tolerates(now):
                raise
            _log.warning("revocations not synchronised: %s", type(failure).__name__)
        else:
            self._cache.forget_expired(now)
            self._synced_at, self._lost_at = now, None
        self._tried_at = now

    def _read_sessions(self, now: datetime) -> None:
        # A clock that was ahead, and was put right, let what was known expire too early.
        was_ahead = self._synced_at is not None and now < self._synced_at
        if self._sessions_from is None or was_ahead:
            read = self._store.unexpired(now - MAX_CLOCK_SKEW)
        else:
            read = self._store.since(self._sessions_from)
        self._cache.add_sessions(read)
        self._sessions_from = next_start(self._sessions_from, (each.revoked_at for each in read))

    def _read_floors(self, now: datetime) -> None:
        if is_recent(self._whole_at, now, _WHOLE_AFTER):
            read = self._epochs(self._floors_from)
            self._cache.add_floors(read)
        else:
            known_before = self._cache.users()
            read = self._epochs(None)
            self._cache.replace_floors(read, known_before)
            self._whole_at = now
        self._floors_from = next_start(self._floors_from, (each.ended_at for each in read))


class StrictRevocations(Revocations):
    """Reads the session at every request, so that a logout takes effect at once."""

    def check(self, identity: Identity) -> None:
        """Refuse a token whose session has ended.

        Raises:
            ApiError: `invalid_token` when the session has ended.
        """
        super().check(identity)
        if not self._session_lives(identity.session_id):
            raise ApiError(ErrorCode.INVALID_TOKEN)


class NoRevocations(Revocations):
    """Lets access tokens live until they expire (`REVOCATION=off`)."""

    def revoke_session(self, session_id: str) -> None:
        """Do nothing."""

    def was_revoked(self, session_id: str) -> bool:
        """Say no: nothing is remembered."""
        return False

    def check(self, identity: Identity) -> None:
        """Let pass."""

    def floor(self, user_id: str) -> EpochFloor:
        """Return what this process knows, without a read."""
        return self._cache.floor(user_id)
