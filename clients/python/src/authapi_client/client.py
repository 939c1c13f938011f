"""The synchronous client."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx

from authapi_client.account import Account, LoginResult, Status
from authapi_client.answers import Answer
from authapi_client.auth import AuthapiAuth
from authapi_client.errors import SecondFactorRequired, Unreachable
from authapi_client.flows import Flow, run
from authapi_client.options import Options
from authapi_client.state import SharedState
from authapi_client.stores import MemoryStore, Store

T = TypeVar("T")


class AuthClient:
    """A client of the API at `base_url`, for one login; any number of threads may use it.

    Every function that sends a request can raise `Unreachable`, `Unavailable`, `NotTheApi`,
    `StoreError`, and `Refused` with the API's `code`. None of them ends a login. Functions that
    need a login raise `LoggedOut` when there is none, and `SessionEnded` when the service ended it.

    Args:
        base_url: the API's address: https, or http on this computer.
        store: where the login is stored; by default in memory.
        http: an httpx client to send with, such as one with proxies; its owner closes it.
        options: timeouts, retries and the like.

    Raises:
        ValueError: `base_url` is not an http or https address.
        InsecureAddress: it is plain http, to another computer.
    """

    def __init__(
        self,
        base_url: str | httpx.URL,
        store: Store | None = None,
        *,
        http: httpx.Client | None = None,
        options: Options | None = None,
    ) -> None:
        options, store = options or Options(), store or MemoryStore()
        self.auth = AuthapiAuth(base_url, store, options=options)
        self._account = Account(self.auth, SharedState(store), options)
        self._http = http or httpx.Client(timeout=options.timeout)
        self._is_ours = http is None

    def __enter__(self) -> AuthClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the login stays."""
        if self._is_ours:
            self._http.close()

    def features(self) -> Answer:
        """Return the service's optional features: the answer of `GET /features`."""
        return self._run(self._account.features())

    def register(self, username: str, password: str) -> None:
        """Create an account. Can be called again after a lost answer.

        Raises:
            Refused: `user_exists`, `validation_error`, `registration_closed`, `rate_limited`.
        """
        self._run(self._account.register(username, password))

    def authenticate(self, username: str, password: str, *, code: str | None = None) -> LoginResult:
        """Log in. Can be called again after a lost answer: no second session is opened.

        Args:
            username: the user's name.
            password: the user's password.
            code: the second factor, if it is known already.

        Raises:
            SecondFactorRequired: the account has a second factor; pass this error to `second_step`.
            Refused: `invalid_credentials`, `invalid_code`, `rate_limited`.
        """
        return self._run(self._account.authenticate(username, password, code))

    def second_step(self, step: SecondFactorRequired, code: str) -> LoginResult:
        """Finish a login by the code of an authenticator app, or by a recovery code.

        Can be called again with the same code after a lost answer.

        Args:
            step: the error that `authenticate` raised.
            code: as the user typed it.

        Raises:
            SecondStepOver: it took too long; start again with the password.
            Refused: `invalid_code`, after which another code can be tried; `rate_limited`.
        """
        return self._run(self._account.second_step(step, code))

    def reauthenticate(self, password: str, *, code: str | None = None) -> None:
        """Confirm the login, for requests that are refused with `insufficient_user_authentication`.

        Args:
            password: the user's password.
            code: the second factor, if the account has one.

        Raises:
            Refused: `invalid_credentials`, `invalid_code`, `rate_limited`; `second_factor_required`
                when the code is missing.
        """
        self._run(self._account.reauthenticate(password, code))

    def forgot_password(self, username: str) -> None:
        """Ask for a mail with a link for a new password.

        The answer is the same whether or not the user exists.

        Raises:
            Refused: `rate_limited`; `not_found` if the service does not send mail.
        """
        self._run(self._account.forgot_password(username))

    def reset_password(self, token: str, new_password: str) -> None:
        """Set a new password. This does not log in.

        Args:
            token: the part after `#` of the mailed link.
            new_password: the new password.

        Raises:
            Refused: `invalid_link`, `validation_error`.
        """
        self._run(self._account.reset_password(token, new_password))

    def send(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Send JSON as the user, and return the answer.

        If the answer has new tokens, as after a change of the password or of the second factors,
        they replace the stored ones.

        Args:
            method: the HTTP method.
            path: below the base URL.
            body: what to send; members that are None are left out.

        Raises:
            Refused: the API refused the request.
        """
        return self._run(self._account.send(method, path, body))

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Send a request as the user; an error status is returned, not raised.

        Args:
            method: the HTTP method.
            path: below the base URL, or a whole URL below it.
            options: as for `httpx.Client.request`.
        """
        try:
            return self._http.request(method, self._account.url(path), auth=self.auth, **options)
        except httpx.RequestError as error:
            raise Unreachable(f"No answer from {error.request.url}.") from error

    def logout(self) -> bool:
        """Forget the login, then end its session at the service.

        Returns:
            Whether the service confirmed it. If not, the next `logout` or login notifies it again.
        """
        return self._run(self._account.logout())

    def logout_everywhere(self) -> None:
        """End all sessions of the user. If the service did not end them, the login stays."""
        self._run(self._account.logout_everywhere())

    def status(self) -> Status:
        """Return who is logged in; the service is not asked."""
        return self._account.status()

    def _run(self, flow: Flow[T]) -> T:
        return run(flow, self._send)

    def _send(self, request: httpx.Request) -> httpx.Response:
        for name, value in self._http.headers.items():
            request.headers.setdefault(name, value)
        try:
            return self._http.send(request, auth=None, follow_redirects=False)
        except httpx.RequestError as error:
            raise Unreachable(f"No answer from {request.url}.") from error
