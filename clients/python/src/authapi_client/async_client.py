"""The asynchronous client (asyncio)."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx

from authapi_client.account import Account, LoginResult, Status
from authapi_client.answers import Answer
from authapi_client.auth import AuthapiAuth
from authapi_client.errors import SecondFactorRequired, Unreachable
from authapi_client.flows import Flow, run_async
from authapi_client.options import Options
from authapi_client.state import SharedState
from authapi_client.stores import MemoryStore, Store

T = TypeVar("T")


class AsyncAuthClient:
    """`AuthClient` with `await`: its functions have the same arguments, results and errors."""

    def __init__(
        self,
        base_url: str | httpx.URL,
        store: Store | None = None,
        *,
        http: httpx.AsyncClient | None = None,
        options: Options | None = None,
    ) -> None:
        options, store = options or Options(), store or MemoryStore()
        self.auth = AuthapiAuth(base_url, store, options=options)
        self._account = Account(self.auth, SharedState(store), options)
        self._http = http or httpx.AsyncClient(timeout=options.timeout)
        self._is_ours = http is None

    async def __aenter__(self) -> AsyncAuthClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; the login stays."""
        if self._is_ours:
            await self._http.aclose()

    async def features(self) -> Answer:
        """Return the service's optional features: the answer of `GET /features`."""
        return await self._run(self._account.features())

    async def register(self, username: str, password: str) -> None:
        """Create an account."""
        await self._run(self._account.register(username, password))

    async def authenticate(
        self, username: str, password: str, *, code: str | None = None
    ) -> LoginResult:
        """Log in."""
        return await self._run(self._account.authenticate(username, password, code))

    async def second_step(self, step: SecondFactorRequired, code: str) -> LoginResult:
        """Finish a login by a code or a recovery code."""
        return await self._run(self._account.second_step(step, code))

    async def reauthenticate(self, password: str, *, code: str | None = None) -> None:
        """Confirm the login with the password."""
        await self._run(self._account.reauthenticate(password, code))

    async def forgot_password(self, username: str) -> None:
        """Ask for a mail with a link for a new password."""
        await self._run(self._account.forgot_password(username))

    async def reset_password(self, token: str, new_password: str) -> None:
        """Set a new password by the token of a mailed link."""
        await self._run(self._account.reset_password(token, new_password))

    async def send(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> Answer:
        """Send JSON as the user, and return the answer."""
        return await self._run(self._account.send(method, path, body))

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Send a request as the user; `options` as for `httpx.AsyncClient.request`."""
        url = self._account.url(path)
        try:
            return await self._http.request(method, url, auth=self.auth, **options)
        except httpx.RequestError as error:
            raise Unreachable(f"No answer from {error.request.url}.") from error

    async def logout(self) -> bool:
        """Forget the login, then end its session; return whether the service confirmed it."""
        return await self._run(self._account.logout())

    async def logout_everywhere(self) -> None:
        """End all sessions of the user."""
        await self._run(self._account.logout_everywhere())

    def status(self) -> Status:
        """Return who is logged in; the service is not asked."""
        return self._account.status()

    async def _run(self, flow: Flow[T]) -> T:
        return await run_async(flow, self._send)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        for name, value in self._http.headers.items():
            request.headers.setdefault(name, value)
        try:
            return await self._http.send(request, auth=None, follow_redirects=False)
        except httpx.RequestError as error:
            raise Unreachable(f"No answer from {request.url}.") from error
