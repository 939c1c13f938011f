"""Finds, changes, disables and deletes users."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from authapi.accounts.models import EVERYWHERE, Change, EndedUser, Message, PendingEmail, User
from authapi.accounts.notifying import Notices, Notifier
from authapi.accounts.rules import name_key
from authapi.accounts.serializers import describe_address
from authapi.accounts.store import UserStore
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.retries import retried
from authapi.core.services import Subject
from authapi.revocation.service import Revocations

_NOTHING = Change()
_NO_CONDITION: Mapping[str, object] = {}


class AccountService:
    """Finds, changes and removes users."""

    collections = ("users",)

    def __init__(
        self,
        users: UserStore,
        revocations: Revocations,
        events: EventRecorder,
        notifier: Notifier,
    ) -> None:
        self._users = users
        self._revocations = revocations
        self._events = events
        self._notifier = notifier

    def find_user(self, username: str) -> User | None:
        """Return the user of that name, or None."""
        return self._users.find_user(name_key(username))

    def get_user(self, username: str) -> User:
        """Return the user of that name.

        Raises:
            ApiError: `not_found`.
        """
        return _found(self.find_user(username))

    def get_user_by_id(self, user_id: str) -> User:
        """Return the user of that id.

        Raises:
            ApiError: `not_found`.
        """
        return _found(self.find_user_by_id(user_id))

    def find_user_by_id(self, user_id: str) -> User | None:
        """Return the user of that id, or None."""
        return self._users.find_user_by_id(user_id)

    def page(self, after: str, limit: int) -> list[User]:
        """Return at most `limit` users whose names sort after the name `after`, sorted."""
        return self._users.page(name_key(after), limit)

    def count_session(self, user: User, limit: int) -> bool:
        """Count one more session of a user who may log in; see `UserStore.count_session`."""
        return self._users.count_session(user, limit)

    def recount_sessions(self, user: User, sessions: int) -> bool:
        """Correct the count of a user's sessions; False when it changed since `user` was read."""
        return self._users.recount_sessions(user, sessions)

    def upgrade_hash(self, user: User, better: str) -> User:
        """Store a better hash of the user's password; return the user as it is then."""
        if not self._users.replace_password_hash(user, better):
            return user
        self._events.record(Event.PASSWORD_REHASHED, user_id=user.id)
        return replace(user, password_hash=better)

    def change_password(
        self, user: User, new_hash: str, *, reason: str | None = None
    ) -> User | None:
        """Replace the password and void all sessions so far, by one write.

        Returns:
            The user in the new epoch, or None when the user's epoch was over before.
        """
        change = Change({"password_hash": new_hash}, tell=[Message("password_changed")])
        if (changed := self.begin_epoch(user, change)) is None:
            return None
        self._events.record(Event.PASSWORD_CHANGED, user_id=user.id, reason=reason)
        return replace(changed, password_hash=new_hash)

    def change(self, user: User, change: Change, where: Mapping[str, object]) -> bool:
        """Change a user by one conditional write; no session ends. See `UserStore.change`."""
        notices = self._notices(user, change)
        changed = self._users.change(user, change, where, notices)
        if changed:
            self._notifier.written(notices)
        return changed

    def tell(self, user_id: str, kind: str) -> None:
        """Tell a user by mail that something happened, where there is mail and an address."""
        if not self._notifier.tells:
            return
        user = self.find_user_by_id(user_id)
        change = Change(tell=[Message(kind)])
        if user is not None and self._notices(user, change):
            self.change(user, change, {})

    def tell_daily(
        self,
        user: User,
        kind: str,
        member: str,
        now: datetime,
        unless: Callable[[], bool] = lambda: False,
    ) -> None:
        """Tell a user by mail what somebody may cause without end: at most once a day.

        Args:
            user: as it was read.
            kind: the name of a `mail.kinds.Kind`.
            member: the one of the user's `factors` that keeps when that was told last.
            now: the present moment.
            unless: whether to leave it out; called only when it would be told.
        """
        told_at = user.factors.get(member)
        if told_at is not None and now - told_at < timedelta(days=1):
            return
        where = f"factors.{member}"
        change = Change({where: now}, tell=[Message(kind)])
        if self._notices(user, change) and not unless():
            self.change(user, change, {where: told_at})

    def begin_epoch(
        self, user: User, change: Change = _NOTHING, where: Mapping[str, object] = _NO_CONDITION
    ) -> User | None:
        """Change a user and void all sessions, logins under way included, by one write.

        Returns:
            The user in the new epoch, otherwise as it was read; None where
            `UserStore.begin_epoch` writes nothing.
        """
        notices = self._notices(user, change)
        if not self._users.begin_epoch(user, change, where, notices):
            return None
        self._notifier.written(notices)
        self._revocations.note_floor(user.id, user.epoch + 1)
        return replace(user, epoch=user.epoch + 1)

    def end_sessions(self, user_id: str) -> User:
        """Void all sessions of a user, logins under way included, by one write.

        Returns:
            The user in the new epoch.

        Raises:
            ApiError: `not_found`; `service_unavailable` when concurrent writes won every try.
        """
        everywhere = Change({"ended_by": EVERYWHERE})
        return retried(lambda: self.begin_epoch(self.get_user_by_id(user_id), everywhere))

    def set_disabled(self, user_id: str, *, disabled: bool, reason: str) -> User:
        """Forbid or allow a user to log in; what was open until now is void, by the same write.

        Raises:
            ApiError: `not_found`; `service_unavailable` when concurrent writes won every try.
        """
        change = Change({"disabled": disabled})
        changed = retried(lambda: self.begin_epoch(self.get_user_by_id(user_id), change))
        event = Event.USER_DISABLED if disabled else Event.USER_ENABLED
        self._events.record(event, user_id=user_id, reason=reason)
        return replace(changed, disabled=disabled)

    def delete(self, user: User, *, reason: str | None = None) -> EndedUser | None:
        """Remove a user, and void all that was open, by one write.

        The name is released when nothing of the user is left.

        Returns:
            What is left to clear away, or None when the user's epoch was over before.
        """
        notices = self._notifier.notices(user, [Message("deleted")])
        if not self._users.delete(user, notices):
            return None
        self._notifier.written(notices)
        epoch = user.epoch + 1
        self._revocations.note_floor(user.id, epoch)
        self._events.record(Event.USER_DELETED, user_id=user.id, reason=reason)
        return EndedUser(user.id, user.name_key, epoch, deleted=True)

    def ended_before(self, moment: datetime, limit: int) -> list[EndedUser]:
        """Return at most `limit` users whose sessions were ended before a moment."""
        return self._users.ended_before(moment, limit)

    def clear_ended(self, user: EndedUser) -> bool:
        """Note that nothing is left of what was ended; a deleted user's name is free then.

        Returns:
            False when the user stays for now: the sender has yet to pick up a last mail.
        """
        return self._users.clear_ended(user, await_notices=self._notifier.tells)

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Store users of an import; return the positions of those whose name or id is taken."""
        return self._users.add_many(users)

    def confirm_emails(self, users: Sequence[tuple[User, PendingEmail]], at: datetime) -> int:
        """Confirm pending addresses; return how many. See `UserStore.confirm_emails`."""
        return self._users.confirm_emails(users, at)

    def living(self, user_ids: Collection[str]) -> set[str]:
        """Return which of these ids are those of users who are not deleted."""
        return self._users.living(user_ids)

    def holders(self, name_keys: Iterable[str]) -> dict[str, User | None]:
        """Return which of these names are taken, each with its user; None for a deleted one."""
        return self._users.holders(name_keys)

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return the user's own document; of the password, only how it is hashed."""
        user = self.get_user_by_id(subject.id)
        return {
            "user": {
                "username": user.username,
                "user_id": user.id,
                "created_at": user.created_at.isoformat(),
                "password_hash_method": user.hash_method,
                "roles": list(user.roles.names),
                **describe_address(user),
            }
        }

    def erase(self, subject: Subject) -> None:
        """Do nothing: the write that deletes a user leaves no more than the name."""

    def _notices(self, user: User, change: Change) -> Notices:
        """Return the notices of a change; they go to the address that the user has after it."""
        after = replace(user, email=change.set["email"]) if "email" in change.set else user
        return self._notifier.notices(after, change.tell)


def _found(user: User | None) -> User:
    if user is None:
        raise ApiError(ErrorCode.NOT_FOUND)
    return user
