"""Which access tokens are void: a copy of the revocations, and pure decisions on it."""

import threading
from collections.abc import Iterable
from datetime import datetime

from authapi.core.identity import Identity
from authapi.revocation.models import Revocation


def session_subject(session_id: str) -> str:
    """Name a session among the revocations."""
    return f"session:{session_id}"


def user_subject(user_id: str) -> str:
    """Name a user among the revocations."""
    return f"user:{user_id}"


class RevocationCopy:
    """What one process knows to be revoked; readers never wait, writers take turns."""

    def __init__(self) -> None:
        self._entries: dict[str, Revocation] = {}
        self.renew_lock()

    def renew_lock(self) -> None:
        """Start with a free lock: in a forked child nobody is writing."""
        self._writing = threading.Lock()

    def add(self, revocations: Iterable[Revocation]) -> None:
        """Take in revocations; a later one of the same subject wins."""
        with self._writing:
            entries = dict(self._entries)
            for entry in revocations:
                known = entries.get(entry.subject)
                if known is None or known.revoked_at < entry.revoked_at:
                    entries[entry.subject] = entry
            self._entries = entries

    def forget_expired(self, now: datetime) -> None:
        """Drop what concerns only tokens that have expired by themselves."""
        with self._writing:
            entries = self._entries
            if any(entry.expires_at <= now for entry in entries.values()):
                self._entries = {
                    subject: entry for subject, entry in entries.items() if entry.expires_at > now
                }

    def voids(self, identity: Identity) -> bool:
        """Whether the token behind `identity` is void.

        A session is revoked for good; a user's revocation concerns what was issued before it.
        """
        entries = self._entries
        if not entries:
            return False
        if session_subject(identity.session_id) in entries:
            return True
        user = entries.get(user_subject(identity.user_id))
        return user is not None and identity.issued_at <= user.revoked_at
