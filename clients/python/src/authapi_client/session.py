"""One login and its tokens, shared by all clients with the same store.

Two locks protect it: `refresh` lets one refresh run at a time, across threads and processes;
`state` is held only while the store is changed, so that a logout never waits for a slow service,
and always wins against a refresh under way.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from functools import partial

from authapi_client.answers import Answer
from authapi_client.api import Api
from authapi_client.errors import (
    ENDING_CODES,
    AuthapiError,
    LoggedOut,
    NotTheApi,
    Refused,
    SessionEnded,
    is_final,
)
from authapi_client.flows import Acquire, Flow
from authapi_client.options import Options
from authapi_client.state import Login, PendingLogout, SharedState, State
from authapi_client.tokens import Tokens, is_fresh, new_key, subject_of, tokens_in

_LOGOUT_TIMEOUT = 4.0
_log = logging.getLogger("authapi_client")


class Session:
    """The login at an API."""

    def __init__(self, api: Api, shared: SharedState, options: Options) -> None:
        self.api = api
        self._shared = shared
        self._options = options

    def login(self) -> Login:
        """Return the login.

        Raises:
            LoggedOut: nobody is logged in.
            SessionEnded: the service has ended the login.
        """
        return self._login_in(self._shared.read())

    def token(self, stale: str | None = None) -> Flow[str]:
        """Return a fresh access token, but not `stale`, which was just refused.

        Raises:
            LoggedOut, SessionEnded: nobody is logged in.
            AuthapiError: the refresh failed; the login stays.
        """
        usable = self._usable(self.login(), stale)
        if usable is not None:
            return usable
        try:
            token = yield from self._refresh_exclusively(stale)
        except SessionEnded:
            self._changed()
            raise
        self._changed()
        return token

    def invalidate(self, token: str) -> None:
        """Have a refused access token renewed before the next request."""
        self._shared.change(lambda state: _without_access(state, token))

    def open(self, path: str, answer: Answer, username: str) -> Login:
        """Store the login of an answer; the previous login ends.

        Args:
            path: the endpoint that answered; the stored attempt at it is removed.
            answer: the answer with the tokens.
            username: as typed, in case the access token does not name the user.
        """
        tokens = tokens_in(answer)
        if tokens is None or tokens.refresh is None:
            raise NotTheApi("The service issued no tokens.")
        now = self._options.clock()
        name = subject_of(tokens.access) or username
        made = Login(secrets.token_hex(8), self.api.base_url, name, tokens.refresh, None, now, 0)
        login = made.renewed(tokens, now)

        def begin(state: State) -> State:
            attempts = {name: each for name, each in state.attempts.items() if name != path}
            return replace(state.without_login(login.refresh_token), login=login, attempts=attempts)

        self._shared.change(begin)
        self._changed()
        return login

    def close(self, ended: str | None = None) -> None:
        """Forget the login and store its logout, which is to be sent.

        Args:
            ended: a refresh token whose session has ended already; no logout is sent for it.
        """
        self._shared.change(lambda state: replace(state.without_login(ended), attempts={}))
        self._changed()

    def renew(self, before: Login, tokens: Tokens) -> None:
        """Store new tokens that came with an answer.

        The previous refresh token stays valid; it is kept, and only the access token replaced, when
        a refresh has used it meanwhile or is under way.

        Args:
            before: the login when the request was sent.
            tokens: the tokens of the answer.

        Raises:
            LoggedOut: the login ended meanwhile.
        """

        def edit(state: State) -> State:
            latest = state.login
            if latest is None or latest.id != before.id:
                return state
            is_same = latest.refresh_token == before.refresh_token and latest.key is None
            fresh = tokens if is_same else replace(tokens, refresh=None)
            return replace(state, login=latest.renewed(fresh, self._options.clock()))

        if self._login_in(self._shared.change(edit)).id != before.id:
            raise LoggedOut
        self._changed()

    def deliver(self) -> Flow[bool]:
        """Send the pending logouts; return whether the service has confirmed all of them."""
        for logout in self._shared.read().pending_logouts:
            if logout.base_url != self.api.base_url:
                continue
            if not (yield from self.end(logout)):
                return False
            self._shared.change(partial(_without, logout))
        return True

    def end(self, logout: PendingLogout) -> Flow[bool]:
        """End a session at the service; return whether the service has confirmed it."""
        body = {"refresh_token": logout.refresh_token}
        try:
            yield from self.api.post_once("/logout", body, _LOGOUT_TIMEOUT)
        except AuthapiError as error:
            return is_final(error)
        return True

    def _refresh_exclusively(self, stale: str | None) -> Flow[str]:
        lock = self._shared.refresh_lock()
        yield Acquire(lock)
        try:
            return (yield from self._refresh(stale))
        finally:
            lock.release()

    def _refresh(self, stale: str | None) -> Flow[str]:
        """Refresh, with a key that is stored before the request is sent.

        Whatever happens then, the next refresh repeats the request and gets the same answer.
        """

        def mark(state: State) -> State:
            login = state.login_at(self.api.base_url)
            if login is None or self._usable(login, stale):
                return state
            return replace(state, login=replace(login, key=login.key or new_key()))

        login = self._login_in(self._shared.change(mark))
        usable = self._usable(login, stale)
        if usable is not None:
            return usable  # another client has refreshed meanwhile
        try:
            body = {"refresh_token": login.refresh_token}
            answer = yield from self.api.post("/refresh", body, login.key)
        except Refused as error:
            if error.status != 400 or error.code not in ENDING_CODES:
                raise
            raise self._ended(login, error.code) from error
        tokens = tokens_in(answer)
        if tokens is None or tokens.refresh is None:
            raise NotTheApi("The service issued no tokens.")
        return (yield from self._adopt(login, tokens))

    def _adopt(self, login: Login, tokens: Tokens) -> Flow[str]:
        """Store the tokens of a refresh, or end their session if the login ended meanwhile."""

        def edit(state: State) -> State:
            latest = state.login
            if latest is None or latest.id != login.id:
                return state.with_pending(PendingLogout(login.base_url, tokens.refresh or ""))
            if latest.refresh_token != login.refresh_token:
                return state
            return replace(state, login=latest.renewed(tokens, self._options.clock()))

        latest = self._shared.change(edit).login
        if latest is None or latest.id != login.id:
            yield from self.deliver()
            raise LoggedOut
        return tokens.access

    def _ended(self, login: Login, reason: str) -> LoggedOut:
        """Forget a login that the service has ended, store why, and return the error to raise."""

        def edit(state: State) -> State:
            latest = state.login
            if latest is None or (latest.id, latest.refresh_token) != (
                login.id,
                login.refresh_token,
            ):
                return state
            return State(pending_logouts=state.pending_logouts, ended=reason)

        if self._shared.change(edit).ended != reason:
            return LoggedOut()
        return SessionEnded(reason)

    def _login_in(self, state: State) -> Login:
        login = state.login_at(self.api.base_url)
        if login is not None:
            return login
        raise SessionEnded(state.ended) if state.ended else LoggedOut

    def _usable(self, login: Login, stale: str | None) -> str | None:
        fresh = is_fresh(login.received_at, login.lifetime, self._options.clock())
        return login.access_token if fresh and login.access_token != stale else None

    def _changed(self) -> None:
        try:
            self._options.on_change()
        except Exception:
            _log.exception("on_change raised")


def _without_access(state: State, token: str) -> State:
    login = state.login
    if login is None or login.access_token != token:
        return state
    return replace(state, login=replace(login, access_token=None))


def _without(logout: PendingLogout, state: State) -> State:
    kept = tuple(each for each in state.pending_logouts if each != logout)
    return replace(state, pending_logouts=kept)
