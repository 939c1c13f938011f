"""The stories of an account: a user registers, a user proves to be who they say."""

import hmac
import secrets
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

from authapi.accounts.models import User
from authapi.accounts.rules import display_name, name_key
from authapi.accounts.store import NameTaken, UserStore
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.limits.service import Limits
from authapi.limits.streaks import Streak
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher

REPEATABLE_FOR = timedelta(hours=24)
"""How long a registration may be repeated with its Idempotency-Key."""


class AccountService:
    """Registers users and checks their passwords."""

    def __init__(
        self,
        users: UserStore,
        hasher: PasswordHasher,
        limits: Limits,
        fingerprints: Fingerprints,
        events: EventRecorder,
        blocklist: Blocklist,
        clock: Clock,
        token_lifetime: timedelta,
    ) -> None:
        self._users = users
        self._hasher = hasher
        self._limits = limits
        self._fingerprints = fingerprints
        self._events = events
        self._blocklist = blocklist
        self._clock = clock
        self._token_lifetime = token_lifetime

    def register(
        self,
        username: str,
        password: str,
        idempotency_key: str | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        """Create a user; a repeat of the same request with the same key succeeds again.

        Args:
            username: of the form that `rules.problems` finds no fault with.
            password: of the form that `passwords.problems` finds no fault with.
            idempotency_key: the request's own, if it had one.
            reason: a word for the event, when it was not the user who asked.

        Raises:
            ApiError: `user_exists` when the name belongs to somebody else; `validation_error` when
                the password is too easily guessed.
        """
        self.refuse_guessable("password", password, username)
        user = User(
            id=secrets.token_hex(12),
            username=display_name(username),
            name_key=name_key(username),
            password_hash=self._hasher.hash(password),
            created_at=self._clock(),
            registration_key=self._registration_key(username, idempotency_key),
        )
        try:
            self._users.add(user)
        except NameTaken:
            if not self._is_repeat(user, password):
                self._events.record(Event.REGISTRATION_REFUSED, reason="user_exists")
                raise ApiError(ErrorCode.USER_EXISTS) from None
        else:
            self._events.record(Event.USER_REGISTERED, user_id=user.id, reason=reason)

    def verify(self, username: str, password: str, client: Client) -> User:
        """Return the user whose name and password these are; upgrade an outdated hash on the way.

        An unknown name costs the time of a known one (ASVS 6.3.8).

        Raises:
            ApiError: `invalid_credentials`, the same for every reason; `rate_limited`;
                `service_unavailable` when too many do this at once.
        """
        with self._hasher.admit(client.network):
            user = self._verified(name_key(username), password, client)
            if self._hasher.is_outdated(user.password_hash, password):
                return self._upgrade(user, password)
        return user

    def admit(self, client: Client) -> AbstractContextManager[None]:
        """Return what keeps room for a caller who is about to have a password hashed.

        Entering it raises `ApiError` `service_unavailable` when there is none, before anything was
        done that a hash is needed for.
        """
        return self._hasher.admit(client.network)

    def confirm_login(self, user: User, client: Client) -> None:
        """Let a login pass that `verify` found right, now that its session is stored.

        Raises:
            ApiError: `invalid_credentials` when meanwhile the password was changed, or the user
                disabled or deleted; `rate_limited` when wrong passwords took the room.
        """
        if not self._users.is_current(user):
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        self._limits.confirm_login(user.name_key, client)

    def begin_epoch(self, user_id: str) -> None:
        """Let no session begin on credentials that were checked before now."""
        self._users.begin_epoch(user_id)

    def change_password(self, user: User, new: str) -> None:
        """Replace the password that `verify` found right.

        Raises:
            ApiError: `invalid_credentials` when it was changed since.
        """
        if not self._users.change_password(user, self._hasher.hash(new)):
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        self._events.record(Event.PASSWORD_CHANGED, user_id=user.id)

    def delete(self, user: User) -> None:
        """Remove a user whose password `verify` found right.

        The name is released when the last access token has expired.

        Raises:
            ApiError: `invalid_credentials` when the password was changed since.
        """
        if not self._users.delete(user, release_name_at=self._clock() + self._token_lifetime):
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        self._events.record(Event.USER_DELETED, user_id=user.id)

    def forget_logins(self, user: User) -> None:
        """Remove what is kept of a removed user's logins: failures in a row, and known networks."""
        self._limits.forget(user.name_key)

    def find(self, username: str) -> User:
        """Return the user of that name.

        Raises:
            ApiError: `not_found`.
        """
        user = self._users.find(name_key(username))
        if user is None:
            raise ApiError(ErrorCode.NOT_FOUND)
        return user

    def find_by_id(self, user_id: str) -> User:
        """Return the user of that id.

        Raises:
            ApiError: `not_found`.
        """
        user = self._users.find_by_id(user_id)
        if user is None:
            raise ApiError(ErrorCode.NOT_FOUND)
        return user

    def failed_logins(self, user: User) -> Streak:
        """Return the user's failed logins in a row, and from where the user is known."""
        return self._limits.streak(user.name_key)

    def page(self, after: str, limit: int) -> list[User]:
        """Return at most `limit` users whose names sort after the name `after`, sorted."""
        return self._users.page(name_key(after), limit)

    def set_disabled(self, user: User, *, disabled: bool, reason: str) -> bool:
        """Forbid or allow a user to log in; False when the user is gone."""
        if not self._users.set_disabled(user.id, disabled=disabled):
            return False
        event = Event.USER_DISABLED if disabled else Event.USER_ENABLED
        self._events.record(event, user_id=user.id, reason=reason)
        return True

    def remove(self, user: User, *, reason: str) -> bool:
        """Remove a user without asking for the password; False when the user is gone."""
        if not self._users.remove(user, release_name_at=self._clock() + self._token_lifetime):
            return False
        self._events.record(Event.USER_DELETED, user_id=user.id, reason=reason)
        return True

    def refuse_guessable(self, field: str, password: str, username: str) -> None:
        """Refuse a password that is too easily guessed for the user of that name.

        Raises:
            ApiError: `validation_error` about `field`.
        """
        if problems := self._blocklist.problems(password, username):
            raise ApiError(ErrorCode.VALIDATION_ERROR, errors={field: problems})

    def _verified(self, key: str, password: str, client: Client) -> User:
        with self._limits.password_attempt(key, client) as attempt:
            user = self._users.find(key)
            right = self._hasher.verify(password, user.password_hash if user else None)
            if user is None or not right or user.disabled:
                attempt.fail()
                self._events.record(Event.LOGIN_FAILED, user_id=user.id if user else None)
                raise ApiError(ErrorCode.INVALID_CREDENTIALS)
            attempt.succeed()
        return user

    def _upgrade(self, user: User, password: str) -> User:
        better = self._hasher.hash(password)
        if not self._users.replace_password_hash(user.id, user.password_hash, better):
            return user
        self._events.record(Event.PASSWORD_REHASHED, user_id=user.id)
        return replace(user, password_hash=better)

    def _registration_key(self, username: str, idempotency_key: str | None) -> str | None:
        if idempotency_key is None:
            return None
        return self._fingerprints.of("registration", name_key(username), idempotency_key)

    def _is_repeat(self, attempt: User, password: str) -> bool:
        """Whether this very registration succeeded before and its answer may have been lost."""
        if attempt.registration_key is None:
            return False
        stored = self._users.find(attempt.name_key)
        return (
            stored is not None
            and stored.registration_key is not None
            and hmac.compare_digest(stored.registration_key, attempt.registration_key)
            and attempt.created_at - stored.created_at <= REPEATABLE_FOR
            and self._hasher.verify(password, stored.password_hash)
        )
