"""The client for threads."""

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
    """An account at the API at `base_url`; any number of threads may use one client.

    Whatever asks the service can raise `Unreachable`, `Unavailable`, `NotTheApi`, `StoreError`, and
    `Refused` with the API's `code`. None of them ends a login. What asks as somebody who is logged
    in raises `LoggedOut` where nobody is, and `SessionEnded` where the service has ended the login.

    Args:
        base_url: the API's address: https, or http on this computer.
        store: where the login rests; in memory unless told otherwise.
        http: what sends, with proxies and certificates of yours; closing it is yours as well.
        options: how the client behaves.

    Raises:
        ValueError: `base_url` is no http or https address.
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
        """Ask what the service offers."""
        return self._run(self._account.features())

    def register(self, username: str, password: str) -> None:
        """Make an account. Safe to call again after a lost answer.

        Raises:
            Refused: `user_exists`, `validation_error`, `registration_closed`, `rate_limited`.
        """
        self._run(self._account.register(username, password))

    def authenticate(self, username: str, password: str, *, code: str | None = None) -> LoginResult:
        """Log in. Safe to call again after a lost answer: no second session is opened.

        Args:
            username: the user's name.
            password: the user's password.
            code: of the second step, where it is known already.

        Raises:
            SecondFactorRequired: the account has a second step; `second_step` goes on from there.
            Refused: `invalid_credentials`, `invalid_code`, `rate_limited`.
        """
        return self._run(self._account.authenticate(username, password, code))

    def second_step(self, step: SecondFactorRequired, code: str) -> LoginResult:
        """Finish a login by the code of an authenticator app, or by a recovery code.

        Safe to call again with the same code after a lost answer.

        Raises:
            SecondStepOver: it took too long; begin with the password.
            Refused: `invalid_code`, after which another one may be tried; `rate_limited`.
        """
        return self._run(self._account.second_step(step, code))

    def reauthenticate(self, password: str, *, code: str | None = None) -> None:
        """Make the login recent, for what answered `insufficient_user_authentication`.

        Raises:
            Refused: `invalid_credentials`, `invalid_code`, `rate_limited`; `second_factor_required`
                where the account has a second step: then call it again with a code.
        """
        self._run(self._account.reauthenticate(password, code))

    def forgot_password(self, username: str) -> None:
        """Have a link to a new password mailed, to whoever that is; nobody is told who it is.

        Raises:
            Refused: `rate_limited`; `not_found` where the service mails nothing.
        """
        self._run(self._account.forgot_password(username))

    def reset_password(self, token: str, new_password: str) -> None:
        """Choose a new password by what stands behind `#` in the mailed link; then log in by it.

        Raises:
            Refused: `invalid_link`, `validation_error`.
        """
        self._run(self._account.reset_password(token, new_password))

    def send(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Answer:
        """Send something for the user, as JSON, and return the answer.

        Fresh tokens in it, as after a change of the password or of the second factors, take the
        place of the ones before.

        Raises:
            Refused: the API said no.
        """
        return self._run(self._account.send(method, path, body))

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Send a request for the user; nothing is raised for a response with an error.

        Args:
            method: the HTTP method.
            path: below the base URL, or a whole URL there.
            options: as for `httpx.Client.request`.
        """
        try:
            return self._http.request(method, self._account.url(path), auth=self.auth, **options)
        except httpx.RequestError as error:
            raise Unreachable(f"No answer from {error.request.url}.") from error

    def logout(self) -> bool:
        """Forget the login, then end it at the service.

        Returns:
            Whether the service knows. If not, it is told by the next `logout` or login.
        """
        return self._run(self._account.logout())

    def logout_everywhere(self) -> None:
        """End all sessions of the user. Where the service did not do it, the login stays."""
        self._run(self._account.logout_everywhere())

    def status(self) -> Status:
        """Say who is logged in; the service is not asked."""
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
