"""The functions of `AuthClient` and `AsyncAuthClient`, written once for both (see `flows.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from authapi_client.answers import Answer, read_answer
from authapi_client.api import Api, json_request
from authapi_client.auth import AuthapiAuth
from authapi_client.errors import (
    AuthapiError,
    Refused,
    SecondFactorRequired,
    SecondStepOver,
    StoreError,
    is_final,
)
from authapi_client.flows import Acquire, Flow, Read
from authapi_client.options import Options
from authapi_client.state import Attempt, PendingLogout, SharedState, State
from authapi_client.tokens import new_key, time_left, tokens_in

T = TypeVar("T")


@dataclass(frozen=True)
class LoginResult:
    """The result of a login; `recovery_codes_left` is set when a recovery code was used."""

    username: str
    recovery_codes_left: int | None = None


@dataclass(frozen=True)
class Status:
    """Who is logged in, and the seconds until the access token expires.

    `ended` is the error code by which the service ended the last login.
    """

    username: str | None
    seconds_left: float
    ended: str | None


class Account:
    """The functions of a client, as flows; `AuthClient` documents them."""

    def __init__(self, auth: AuthapiAuth, shared: SharedState, options: Options) -> None:
        self._auth = auth
        self._session = auth.session
        self._api: Api = auth.session.api
        self._shared = shared
        self._options = options

    def url(self, path: str) -> str:
        """Return the URL of a path below the base URL; a whole URL stays what it is."""
        return self._api.base_url + path if path.startswith("/") else path

    def features(self) -> Flow[Answer]:
        """Return the service's optional features."""
        return self._api.get("/features")

    def register(self, username: str, password: str) -> Flow[Answer]:
        """Create an account."""
        body = {"username": username, "password": password}
        return self._attempt("/register", username, body, lambda answer: answer)

    def authenticate(self, username: str, password: str, code: str | None) -> Flow[LoginResult]:
        """Log in by the password."""
        body = {"username": username, "password": password, "code": code}
        try:
            return (yield from self._open("/authenticate", username, body))
        except SecondFactorRequired as step:
            step.username = username
            raise

    def second_step(self, step: SecondFactorRequired, code: str) -> Flow[LoginResult]:
        """Finish a login by a code."""
        body = {"mfa_token": step.mfa_token, "code": code}
        try:
            return (yield from self._open("/authenticate/second", step.username, body))
        except Refused as error:
            if error.code != "invalid_token":
                raise
            raise SecondStepOver(error.refusal) from error

    def reauthenticate(self, password: str, code: str | None) -> Flow[Answer]:
        """Confirm the login with the password."""
        return self.send("POST", "/reauthenticate", {"password": password, "code": code})

    def forgot_password(self, username: str) -> Flow[Answer]:
        """Ask for a mail with a link for a new password."""
        return self._api.post("/password/forgot", {"username": username})

    def reset_password(self, token: str, new_password: str) -> Flow[Answer]:
        """Set a new password."""
        return self._api.post("/password/reset", {"token": token, "new_password": new_password})

    def send(self, method: str, path: str, body: Mapping[str, object] | None) -> Flow[Answer]:
        """Send a request as the user, and store new tokens that the answer may have."""
        yield from self._session.token()  # a refresh that is due comes first
        before = self._session.login()
        request = json_request(method, self.url(path), body, self._options.timeout)
        response = yield from self._auth.authorized(request)
        yield Read(response)
        answer = read_answer(response)
        tokens = tokens_in(answer)
        if tokens is not None:
            self._session.renew(before, tokens)
        return answer

    def logout(self) -> Flow[bool]:
        """Forget the login, then end it at the service."""
        login = self._shared.read().login_at(self._api.base_url)
        try:
            self._session.close()
        except StoreError:
            if login is not None:
                yield from self._session.end(PendingLogout(login.base_url, login.refresh_token))
            raise
        return (yield from self._session.deliver())

    def logout_everywhere(self) -> Flow[None]:
        """End all sessions of the user at the service, then forget the login."""
        if self._session.login().key is not None:  # a refresh without an answer comes first
            yield from self._session.token(self._session.login().access_token)
        lock = self._shared.refresh_lock()
        yield Acquire(lock)
        try:
            token = self._session.login().refresh_token
            yield from self._api.post("/logout", {"refresh_token": token, "everywhere": True})
        finally:
            lock.release()
        self._session.close(token)

    def status(self) -> Status:
        """Return who is logged in; the service is not asked."""
        state = self._shared.read()
        login = state.login_at(self._api.base_url)
        if login is None:
            return Status(None, 0, state.ended)
        left = time_left(login.received_at, login.lifetime, self._options.clock())
        return Status(login.username, left if login.access_token else 0, None)

    def _open(self, path: str, username: str, body: Mapping[str, object]) -> Flow[LoginResult]:
        def take(answer: Answer) -> LoginResult:
            login = self._session.open(path, answer, username)
            return LoginResult(login.username, answer.get("recovery_codes_left"))

        result = yield from self._attempt(path, username, body, take)
        yield from self._session.deliver()
        return result

    def _attempt(
        self,
        path: str,
        username: str,
        body: Mapping[str, object],
        take: Callable[[Answer], T],
    ) -> Flow[T]:
        """Send a user's request, with the key of an earlier attempt whose outcome is unknown.

        The key is stored first, and removed when `take` has stored the answer or the API refused.
        """
        key = self._begin(path, username)
        try:
            result = take((yield from self._api.post(path, body, key)))
        except AuthapiError as error:
            if is_final(error):
                self._shared.change(lambda state: state.without_attempt(path, key))
            raise
        self._shared.change(lambda state: state.without_attempt(path, key))
        return result

    def _begin(self, path: str, username: str) -> str:
        base_url = self._api.base_url

        def edit(state: State) -> State:
            known = state.attempts.get(path)
            if known and (known.base_url, known.username) == (base_url, username):
                return state
            attempts = {**state.attempts, path: Attempt(base_url, username, new_key())}
            return replace(state, attempts=attempts)

        return self._shared.change(edit).attempts[path].key
