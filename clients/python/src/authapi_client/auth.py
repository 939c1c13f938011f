"""An access token on every request of an httpx client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator

import httpx

from authapi_client.api import Api, secure
from authapi_client.authorized import authorized
from authapi_client.flows import Flow
from authapi_client.options import Options
from authapi_client.session import Session
from authapi_client.state import SharedState
from authapi_client.stores import Store


class AuthapiAuth(httpx.Auth):
    """Puts a fresh access token on requests: `httpx.Client(auth=AuthapiAuth(…))`, or `AsyncClient`.

    Requests that go elsewhere get no token but a `ValueError`. Refreshes go through the same httpx
    client, with its proxies and certificates; errors of the network are httpx's own.

    Args:
        base_url: the API's address.
        store: where the login rests; an `AuthClient` with this store puts it there.
        audience: the address of another service that takes the same tokens.
        options: how it behaves.

    Raises:
        ValueError: an address is none.
        InsecureAddress: it is plain http, to another computer.
    """

    def __init__(
        self,
        base_url: str | httpx.URL,
        store: Store,
        *,
        audience: str | httpx.URL | None = None,
        options: Options | None = None,
    ) -> None:
        options = options or Options()
        self.session = Session(Api(base_url, options), SharedState(store), options)
        self.audience = secure(base_url if audience is None else audience, options)

    def authorized(self, request: httpx.Request) -> Flow[httpx.Response]:
        """Return the way of a request, for those who go it by themselves."""
        return authorized(self.session, self.audience, request)

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Let `httpx.Client` send what is to be sent; stop the thread for all else."""
        flow = self.authorized(request)
        answer: httpx.Response | None = None
        try:
            while True:
                step = flow.send(answer)
                if isinstance(step, httpx.Request):
                    answer = yield _alike(step, request)
                else:
                    step.run()
                    answer = None
        except StopIteration:
            return
        finally:
            flow.close()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Let `httpx.AsyncClient` send what is to be sent; let other tasks run for all else."""
        flow = self.authorized(request)
        answer: httpx.Response | None = None
        try:
            while True:
                step = flow.send(answer)
                if isinstance(step, httpx.Request):
                    answer = yield _alike(step, request)
                else:
                    await step.run_async()
                    answer = None
        except StopIteration:
            return
        finally:
            flow.close()


def _alike(step: httpx.Request, request: httpx.Request) -> httpx.Request:
    """The service lists sessions by the name that a program gives itself."""
    if step is not request and "User-Agent" in request.headers:
        step.headers["User-Agent"] = request.headers["User-Agent"]
    return step
