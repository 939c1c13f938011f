"""What one process knows of the revocations."""

import threading
from collections.abc import Iterable
from datetime import datetime

from authapi.core.forks import after_fork_in_child
from authapi.core.identity import Identity
from authapi.revocation.models import EVERYBODY, EpochFloor, Revocation


class RevocationCache:
    """What one process knows of the revocations; writers take a lock, readers none."""

    def __init__(self) -> None:
        self._sessions: dict[str, Revocation] = {}
        self._floors: dict[str, EpochFloor] = {}
        self._renew_lock()
        after_fork_in_child(self._renew_lock)

    def _renew_lock(self) -> None:
        self._writing = threading.Lock()

    def add_sessions(self, revocations: Iterable[Revocation]) -> None:
        """Add revoked sessions."""
        with self._writing:
            self._sessions = {**self._sessions, **{each.session_id: each for each in revocations}}

    def add_floors(self, floors: Iterable[EpochFloor]) -> None:
        """Add epoch floors; a floor never falls."""
        with self._writing:
            known = dict(self._floors)
            for floor in floors:
                before = known.get(floor.user_id)
                known[floor.user_id] = before.with_later(floor) if before else floor
            self._floors = known

    def replace_floors(self, floors: Iterable[EpochFloor], known_before: set[str]) -> None:
        """Replace all floors by those of the database.

        Args:
            floors: all that the database has.
            known_before: the users whose floors were known before that read; floors of others were
                added during it, and stay.
        """
        read = list(floors)
        gone = known_before - {floor.user_id for floor in read}
        self.add_floors(read)
        with self._writing:
            self._floors = {user: floor for user, floor in self._floors.items() if user not in gone}

    def users(self) -> set[str]:
        """Return the users whose floors are known."""
        return set(self._floors)

    def forget_expired(self, now: datetime) -> None:
        """Drop the sessions whose tokens have all expired."""
        with self._writing:
            sessions = self._sessions
            if any(each.expires_at <= now for each in sessions.values()):
                self._sessions = {
                    name: each for name, each in sessions.items() if each.expires_at > now
                }

    def floor(self, user_id: str) -> EpochFloor:
        """Return the user's floor: epoch 0 and no roles for an unmarked user."""
        return self._floors.get(user_id) or EpochFloor(user_id, 0)

    def has_ended(self, began_at: datetime) -> bool:
        """Whether a session that began at a moment has ended with everybody's.

        Tokens have whole seconds, so one that began in the same second has ended as well.
        """
        everybody = self._sessions.get(EVERYBODY)
        return (
            everybody is not None
            and everybody.revoked_at is not None
            and began_at <= everybody.revoked_at
        )

    def is_void(self, identity: Identity) -> bool:
        """Whether the token behind `identity` is void."""
        sessions = self._sessions
        if sessions and (identity.session_id in sessions or self.has_ended(identity.session_start)):
            return True
        floor = self._floors.get(identity.user_id)
        return floor is not None and floor.voids(identity.epoch, identity.roles)
