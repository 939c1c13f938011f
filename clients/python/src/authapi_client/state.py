"""The content of a store: one JSON object, shared by all clients with that store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

from authapi_client.errors import StoreError
from authapi_client.stores import Lock, Store
from authapi_client.tokens import Tokens

T = TypeVar("T")
_MAX_PENDING_LOGOUTS = 20
_TYPES: Mapping[object, Any] = {"str": str, "str | None": str | None, "float": int | float}
"""The Python types of JSON values that are accepted for each annotation below."""


@dataclass(frozen=True)
class Login:
    """A login and its tokens; times in seconds.

    `key` is the Idempotency-Key of a refresh of `refresh_token` whose answer has not arrived.
    """

    id: str
    base_url: str
    username: str
    refresh_token: str = field(repr=False)
    access_token: str | None = field(repr=False)
    received_at: float
    lifetime: float
    key: str | None = field(default=None, repr=False)

    def renewed(self, tokens: Tokens, now: float) -> Login:
        """Return the login with new tokens; a refresh token that is not replaced keeps its key."""
        access = replace(
            self, access_token=tokens.access, received_at=now, lifetime=tokens.lifetime
        )
        if tokens.refresh is None:
            return access
        return replace(access, refresh_token=tokens.refresh, key=None)


@dataclass(frozen=True)
class Attempt:
    """A registration or login whose outcome is not known yet."""

    base_url: str
    username: str
    key: str = field(repr=False)


@dataclass(frozen=True)
class PendingLogout:
    """A refresh token whose session the service has yet to end."""

    base_url: str
    refresh_token: str = field(repr=False)


@dataclass(frozen=True)
class State:
    """The whole content: `attempts` by path, `ended` the code that ended the last login."""

    login: Login | None = None
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    pending_logouts: tuple[PendingLogout, ...] = ()
    ended: str | None = None

    def login_at(self, base_url: str) -> Login | None:
        """Return the login, unless it belongs to another address."""
        return self.login if self.login and self.login.base_url == base_url else None

    def without_login(self, spared: str | None = None) -> State:
        """Return the state after a logout, with the logout as pending.

        Args:
            spared: a refresh token whose session goes on or has ended already: it gets no logout.
        """
        over = self.login
        state = replace(self, login=None, ended=None)
        if over is None or over.refresh_token == spared:
            return state
        return state.with_pending(PendingLogout(over.base_url, over.refresh_token))

    def with_pending(self, logout: PendingLogout) -> State:
        """Return the state with one more pending logout."""
        pending = (*self.pending_logouts, logout)[-_MAX_PENDING_LOGOUTS:]
        return replace(self, pending_logouts=pending)

    def without_attempt(self, path: str, key: str) -> State:
        """Return the state without an attempt, unless a later one has stored another key."""
        kept = {
            name: each for name, each in self.attempts.items() if (name, each.key) != (path, key)
        }
        return replace(self, attempts=kept)


class SharedState:
    """The state in a store, changed under a lock."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def refresh_lock(self) -> Lock:
        """Return the lock for a refresh, which is held while the service is asked."""
        with _guarded():
            return self._store.lock("refresh")

    def read(self) -> State:
        """Return what is stored.

        Raises:
            StoreError: it cannot be read, or is not a login.
        """
        with _guarded():
            text = self._store.load()
        try:
            return _parsed(text)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            name = getattr(self._store, "path", "the store")
            raise StoreError(f"The content of {name} is not a login: remove it") from None

    def change(self, edit: Callable[[State], State]) -> State:
        """Store the state that `edit` returns for the present one, and return it.

        Raises:
            StoreError: it cannot be read or written, or is not a login.
        """
        with self._exclusive():
            before = self.read()
            after = edit(before)
            if after != before:
                text = None if after == State() else json.dumps(asdict(after))
                with _guarded():
                    self._store.save(text)
        return after

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with _guarded():
            lock = self._store.lock("state")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


@contextmanager
def _guarded() -> Iterator[None]:
    """Turn any exception of a store into a `StoreError`."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        raise StoreError(str(error)) from error


def _parsed(text: str | None) -> State:
    if text is None or not text.strip():
        return State()
    found = json.loads(text)
    login, ended = found["login"], found["ended"]
    if not isinstance(ended, str | None):
        raise TypeError(ended)
    return State(
        login=_made(Login, login) if login else None,
        attempts={path: _made(Attempt, each) for path, each in found["attempts"].items()},
        pending_logouts=tuple(_made(PendingLogout, each) for each in found["pending_logouts"]),
        ended=ended,
    )


def _made(kind: Callable[..., T], values: dict[str, Any]) -> T:
    """Make a part of the state; members that a later version may have added are ignored."""
    known = {each.name: each.type for each in fields(kind)}  # type: ignore[arg-type]
    made = kind(**{name: value for name, value in values.items() if name in known})
    if not all(isinstance(getattr(made, name), _TYPES[said]) for name, said in known.items()):
        raise TypeError(kind)
    return made
