"""The roles of sessions, as refresh tokens tell of them."""

import time

from authapi.core.roles import Roles
from authapi.revocation.service import MAX_STALENESS
from authapi.sessions.store import SessionStore

_AT_ONCE = 200
"""How many sessions one command changes: it has to be over within the database's timeout."""


class SessionRoles:
    """Gives sessions the roles that their users have by now."""

    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions

    def bring_up_to_date(self, user_id: str, roles: Roles) -> bool:
        """Let each session of a user have these roles, unless it has later ones.

        Before the answer no refresh in another process may go by the roles of before: either all
        sessions have these, or so much time has passed that every process knows them.

        Returns:
            Whether none is left. If one is, the sweep changes it.
        """
        deadline = time.monotonic() + 2 * MAX_STALENESS.total_seconds()
        while self._sessions.give_roles(user_id, roles, _AT_ONCE) == _AT_ONCE:
            if time.monotonic() >= deadline:
                return False
        return True
