"""What operators do with users, across the rooms below it."""

from collections.abc import Collection

from authapi.accounts import rules
from authapi.accounts.models import User
from authapi.accounts.registration import Registration
from authapi.accounts.roles import UserRoles
from authapi.accounts.service import AccountService
from authapi.administration.errors import CommandError
from authapi.administration.models import UserRef
from authapi.audit.service import AuditTrail
from authapi.core.cursors import Cursor
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import SecurityEvent
from authapi.core.retries import retried
from authapi.passwords import rules as passwords
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher
from authapi.profile.service import ProfileService
from authapi.sessions.ending import SessionEnding
from authapi.sessions.models import Session
from authapi.sessions.renewing import SessionRenewal
from authapi.sessions.service import SessionService

_BY = "operator"


class Administration:
    """What the operator may do with users; no password is asked for."""

    def __init__(
        self,
        accounts: AccountService,
        registration: Registration,
        sessions: SessionService,
        ending: SessionEnding,
        user_roles: UserRoles,
        renewal: SessionRenewal,
        profiles: ProfileService,
        audit: AuditTrail,
        hasher: PasswordHasher,
        blocklist: Blocklist,
    ) -> None:
        self._accounts = accounts
        self._registration = registration
        self._sessions = sessions
        self._ending = ending
        self._user_roles = user_roles
        self._renewal = renewal
        self._profiles = profiles
        self._audit = audit
        self._hasher = hasher
        self._blocklist = blocklist

    def create(self, username: str, password: str) -> User:
        """Register a user, and return it.

        Raises:
            ApiError: `validation_error` or `user_exists`, as `/register` has them.
        """
        problems = {
            "username": rules.problems(username),
            "password": passwords.problems(password),
        }
        if found := {field: messages for field, messages in problems.items() if messages}:
            raise ApiError(ErrorCode.VALIDATION_ERROR, errors=found)
        self._registration.register(username, password, reason=_BY)
        return self._accounts.get_user(username)

    def find_user(self, ref: UserRef) -> User:
        """Return the user.

        Raises:
            CommandError: when there is none.
        """
        find = self._accounts.get_user_by_id if ref.is_id else self._accounts.get_user
        try:
            return find(ref.name_or_id)
        except ApiError:
            raise CommandError(f"There is no user of {ref}.") from None

    def sessions(self, user: User) -> list[Session]:
        """Return the user's living sessions, the one used last first."""
        return self._sessions.list_sessions(user.id, user.epoch)

    def disable(self, ref: UserRef) -> User:
        """Forbid a user to log in; void all sessions and access tokens of the user.

        Running it again does no harm.

        Raises:
            CommandError: when there is no such user.
        """
        user = self._set_disabled(ref, disabled=True)
        self._ending.clear_void(user.id, user.epoch)
        return user

    def change_roles(
        self, ref: UserRef, add: Collection[str], remove: Collection[str], *, now: bool
    ) -> User:
        """Give and take a user's roles; a refresh after this goes by them.

        Args:
            ref: which user.
            add: to give.
            remove: to take away.
            now: whether access tokens with one that is taken away are void at once.

        Raises:
            ApiError: `validation_error` for what is no role, and for too many.
            CommandError: when there is no such user.
        """
        user = self._user_roles.change(self.find_user(ref).id, add, remove, now=now, reason=_BY)
        self._renewal.bring_roles_up_to_date(user.id, user.roles)
        return user

    def enable(self, ref: UserRef) -> User:
        """Allow a user to log in again.

        Raises:
            CommandError: when there is no such user.
        """
        return self._set_disabled(ref, disabled=False)

    def set_password(self, ref: UserRef, password: str) -> User:
        """Give a user another password, and end all sessions, by one write.

        A disabled user stays disabled.

        Raises:
            ApiError: `validation_error`, as `/register` has it.
            CommandError: when there is no such user.
        """
        user = self.find_user(ref)
        if problems := passwords.problems(password):
            raise ApiError(ErrorCode.VALIDATION_ERROR, errors={"password": problems})
        self._blocklist.refuse("password", password, user.username)
        new_hash = self._hasher.hash(password)
        changed = retried(
            lambda: self._accounts.change_password(self.find_user(ref), new_hash, reason=_BY)
        )
        self._ending.clear_void(changed.id, changed.epoch)
        return changed

    def delete(self, ref: UserRef) -> User:
        """Remove a user and all that belongs to the user, as the user's own `DELETE /me` does.

        Raises:
            CommandError: when there is no such user.
        """
        user = self.find_user(ref)
        self._profiles.erase(
            retried(lambda: self._accounts.delete(self.find_user(ref), reason=_BY))
        )
        return user

    def log_out(self, ref: UserRef) -> int:
        """End all sessions of a user, logins under way included; return how many they were.

        The user may log in again at once.

        Raises:
            CommandError: when there is no such user.
        """
        user = self.find_user(ref)
        ended = len(self.sessions(user))
        self._ending.end_all(user.id)
        return ended

    def _set_disabled(self, ref: UserRef, *, disabled: bool) -> User:
        user = self.find_user(ref)
        try:
            return self._accounts.set_disabled(user.id, disabled=disabled, reason=_BY)
        except ApiError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            raise CommandError(f"There is no user of {ref} any more.") from None

    def end_session(self, session_id: str) -> None:
        """End one session, and void its access tokens.

        Raises:
            CommandError: when there is no such session.
        """
        try:
            self._ending.end_any(session_id)
        except ApiError:
            raise CommandError(f"There is no session of the id {session_id!r}.") from None

    def events(
        self,
        limit: int,
        before: Cursor | None,
        ref: UserRef | None = None,
        event: str | None = None,
    ) -> tuple[list[SecurityEvent], Cursor | None]:
        """Return at most `limit` security events, the newest first, and where they end.

        Args:
            limit: how many.
            before: where the page before this one ended.
            ref: whose; None for those of everybody.
            event: of which kind; None for all.

        Raises:
            CommandError: when there is no such user. An id may be a deleted user's.
        """
        user_id = None
        if ref is not None:
            user_id = ref.name_or_id if ref.is_id else self.find_user(ref).id
        return self._audit.page(limit, before, user_id, event)
