"""The stories of an account: a user registers, a user proves to be who they say."""

import hmac
import secrets
from datetime import timedelta

from authapi.accounts.rules import display_name, name_key
from authapi.accounts.store import NameTaken, User, UserStore
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, record
from authapi.core.fingerprints import Fingerprints
from authapi.core.hashing import PasswordHasher
from authapi.limits.service import Limits

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
        clock: Clock,
        token_lifetime: timedelta,
    ) -> None:
        self._users = users
        self._hasher = hasher
        self._limits = limits
        self._fingerprints = fingerprints
        self._clock = clock
        self._token_lifetime = token_lifetime

    def register(self, username: str, password: str, idempotency_key: str | None = None) -> None:
        """Create a user; a repeat of the same request with the same key succeeds again.

        Raises:
            ApiError: `user_exists` when the name belongs to somebody else.
        """
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
                record(Event.REGISTRATION_REFUSED, reason="user_exists")
                raise ApiError(ErrorCode.USER_EXISTS) from None
        else:
            record(Event.USER_REGISTERED, user_id=user.id)

    def verify(self, username: str, password: str, client: Client) -> User:
        """Return the user whose name and password these are; upgrade an outdated hash on the way.

        An unknown name costs the time of a known one (ASVS 6.3.8).

        Raises:
            ApiError: `invalid_credentials`, the same for every reason; `rate_limited`.
        """
        key = name_key(username)
        with self._limits.password_attempt(key, client) as attempt:
            user = self._users.find(key)
            right = self._hasher.verify(password, user.password_hash if user else None)
            if user is None or not right or user.disabled:
                record(Event.LOGIN_FAILED, user_id=user.id if user else None)
                raise ApiError(ErrorCode.INVALID_CREDENTIALS)
            attempt.succeed()
        if self._hasher.is_outdated(user.password_hash):
            self._upgrade(user, password)
        return user

    def is_current(self, user: User) -> bool:
        """Whether what was verified of `user` still holds."""
        return self._users.is_current(user)

    def begin_epoch(self, user_id: str) -> None:
        """Let no session begin on credentials that were checked before now."""
        self._users.begin_epoch(user_id)

    def change_password(self, username: str, current: str, new: str, client: Client) -> User:
        """Replace the password; return the user as it was.

        Raises:
            ApiError: `invalid_credentials` when `current` is wrong, or was changed meanwhile;
                `rate_limited`.
        """
        user = self.verify(username, current, client)
        user = self._users.find(user.name_key) or user  # its hash may have been upgraded just now
        if not self._users.change_password(user, self._hasher.hash(new)):
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        record(Event.PASSWORD_CHANGED, user_id=user.id)
        return user

    def delete(self, username: str, password: str, client: Client) -> User:
        """Remove the user; the name is released when the last access token has expired.

        Raises:
            ApiError: `invalid_credentials` when the password is wrong, or was changed meanwhile;
                `rate_limited`.
        """
        user = self.verify(username, password, client)
        user = self._users.find(user.name_key) or user
        if not self._users.delete(user, release_name_at=self._clock() + self._token_lifetime):
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        self._limits.forget(user.name_key)
        record(Event.USER_DELETED, user_id=user.id)
        return user

    def find(self, username: str) -> User:
        """Return the user of that name.

        Raises:
            ApiError: `not_found`.
        """
        user = self._users.find(name_key(username))
        if user is None:
            raise ApiError(ErrorCode.NOT_FOUND)
        return user

    def _upgrade(self, user: User, password: str) -> None:
        if self._users.replace_password_hash(
            user.id, user.password_hash, self._hasher.hash(password)
        ):
            record(Event.PASSWORD_REHASHED, user_id=user.id)

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
