"""Registers a user, step by step."""

import hmac
from collections.abc import Callable
from datetime import timedelta

from authapi.accounts.emails import pending_email
from authapi.accounts.models import Email, Message, User, new_user_id
from authapi.accounts.notifying import Notifier
from authapi.accounts.rules import display_name, name_key
from authapi.accounts.store import UserStore
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher

REPEATABLE_FOR = timedelta(hours=24)
"""How long a registration may be repeated with its Idempotency-Key."""


class Registration:
    """Makes users."""

    def __init__(
        self,
        users: UserStore,
        hasher: PasswordHasher,
        blocklist: Blocklist,
        fingerprints: Fingerprints,
        events: EventRecorder,
        notifier: Notifier,
        clock: Clock,
    ) -> None:
        self._users = users
        self._hasher = hasher
        self._blocklist = blocklist
        self._fingerprints = fingerprints
        self._events = events
        self._notifier = notifier
        self._owner_of: Callable[[str], User | None] = lambda address: None
        self._clock = clock

    def refuse_names_of(self, owner_of: Callable[[str], User | None]) -> None:
        """Refuse names that are another user's address, where people log in by either."""
        self._owner_of = owner_of

    def register(
        self,
        username: str,
        password: str,
        idempotency_key: str | None = None,
        *,
        email: Email | None = None,
        locale: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Create a user; a repeat of the same request with the same key succeeds again.

        Args:
            username: one that `accounts.rules.problems` accepts.
            password: one that `passwords.rules.problems` accepts.
            idempotency_key: the request's own, if it had one.
            email: an address, which waits to be confirmed.
            locale: the language for mails.
            reason: a word for the security event, when it was not the user who asked.

        Raises:
            ApiError: `user_exists` when the name belongs to somebody else; `validation_error` when
                the password is too easily guessed.
        """
        self._blocklist.refuse("password", password, username)
        now = self._clock()
        keys = self._registration_keys(username, idempotency_key)
        user = User(
            id=new_user_id(),
            username=display_name(username),
            name_key=name_key(username),
            password_hash=self._hasher.hash(password),
            created_at=now,
            registration_key=keys[0] if keys else None,
            pending_email=pending_email(email, now) if email is not None else None,
            locale=locale,
        )
        mails = [Message.confirming(user.pending_email)] if user.pending_email else []
        notices = self._notifier.notices(user, mails)
        if not self._is_somebodys_address(username) and self._users.add(user, notices):
            self._events.record(Event.USER_REGISTERED, user_id=user.id, reason=reason)
            self._notifier.written(notices)
        elif not self._is_repeat(user, password, keys):
            self._events.record(Event.REGISTRATION_REFUSED, reason="user_exists")
            raise ApiError(ErrorCode.USER_EXISTS)

    def _is_somebodys_address(self, username: str) -> bool:
        return "@" in username and self._owner_of(username) is not None

    def _registration_keys(self, username: str, idempotency_key: str | None) -> list[str]:
        """Return what to store of a request's key, and what may have been stored before."""
        if idempotency_key is None:
            return []
        return self._fingerprints.all_of("registration", name_key(username), idempotency_key)

    def _is_repeat(self, attempt: User, password: str, keys: list[str]) -> bool:
        """Whether this very registration succeeded before and its answer may have been lost."""
        stored = self._users.find_user(attempt.name_key) if keys else None
        return (
            stored is not None
            and stored.registration_key is not None
            and any(hmac.compare_digest(stored.registration_key, key) for key in keys)
            and attempt.created_at - stored.created_at <= REPEATABLE_FOR
            and self._hasher.verify_password(password, stored.password_hash)
        )
