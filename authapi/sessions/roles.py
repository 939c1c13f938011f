"""The roles of sessions, as refresh tokens tell of them."""

from authapi.core.roles import Roles
from authapi.sessions.ending import until_none_is_left
from authapi.sessions.store import SessionStore


class SessionRoles:
    """Gives sessions the roles that their users have by now."""

    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions

    def bring_up_to_date(self, user_id: str, roles: Roles) -> bool:
        """Let each session of a user have these roles, unless it has later ones.

        Returns:
            As `until_none_is_left`.
        """
        return until_none_is_left(lambda limit: self._sessions.give_roles(user_id, roles, limit))
