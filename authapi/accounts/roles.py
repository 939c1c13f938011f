"""Gives and takes a user's roles."""

from collections.abc import Collection
from dataclasses import replace

from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.accounts.store_roles import RoleStore
from authapi.core import roles as rules
from authapi.core.errors import ApiError, ErrorCode, busy
from authapi.core.events import Event, EventRecorder
from authapi.core.retries import TRIES
from authapi.revocation.service import Revocations


class UserRoles:
    """Changes what users may do."""

    def __init__(
        self,
        users: RoleStore,
        accounts: AccountService,
        revocations: Revocations,
        events: EventRecorder,
    ) -> None:
        self._users = users
        self._accounts = accounts
        self._revocations = revocations
        self._events = events

    def change(
        self, user_id: str, add: Collection[str], remove: Collection[str], *, now: bool, reason: str
    ) -> User:
        """Give and take roles, by one write on the user that every process reads within a second.

        Args:
            user_id: whose.
            add: to give.
            remove: to take away.
            now: whether access tokens with one that is taken away are void at once.
            reason: a word for the event.

        Raises:
            ApiError: `not_found`; `validation_error` for what is no role, and for too many;
                `service_unavailable` when concurrent writes won every try.
        """
        for _ in range(TRIES):
            user = self._accounts.get_user_by_id(user_id)
            roles = rules.changed(user.roles, add, remove)
            if problems := rules.problems((*roles.names, *remove)):
                raise ApiError(ErrorCode.VALIDATION_ERROR, errors={"roles": problems})
            if roles.names == user.roles.names and not now:
                return user
            revoked = (set(user.revoked_roles) | set(remove if now else ())) - set(roles.names)
            if self._users.replace(user, roles, revoked):
                self._revocations.note_roles(user.id, roles, revoked)
                self._events.record(Event.ROLES_CHANGED, user_id=user.id, reason=reason)
                return replace(user, roles=roles, revoked_roles=tuple(sorted(revoked)))
        raise busy()
