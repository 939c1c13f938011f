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
    """Adds a fresh access token to requests: pass it as `auth` to an httpx client.

    A request to any other address raises a `ValueError`. Refreshes are sent by the same httpx
    client, with its proxies and certificates; network errors are httpx's own.

    Args:
        base_url: the API's address.
        store: where the login is stored, by an `AuthClient` with the same store.
        audience: the address of another service that accepts the same tokens.
        options: timeouts, retries and the like.

    Raises:
        ValueError: an address is not an http or https address.
        InsecureAddress: an address is plain http, to another computer.
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
        """Return the flow that sends a request with an access token."""
        return authorized(self.session, self.audience, request)

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """Run the flow of a request for `httpx.Client`, which sends the requests that it yields."""
        flow = self.authorized(request)
        answer: httpx.Response | None = None
        try:
            while True:
                step = flow.send(answer)
                if isinstance(step, httpx.Request):
                    answer = yield _with_user_agent_of(request, step)
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
        """Run the flow of a request for `httpx.AsyncClient`."""
        flow = self.authorized(request)
        answer: httpx.Response | None = None
        try:
            while True:
                step = flow.send(answer)
                if isinstance(step, httpx.Request):
                    answer = yield _with_user_agent_of(request, step)
                else:
                    await step.run_async()
                    answer = None
        except StopIteration:
            return
        finally:
            flow.close()


def _with_user_agent_of(request: httpx.Request, step: httpx.Request) -> httpx.Request:
    """Send a refresh with the request's User-Agent, by which the service names the session."""
    if step is not request and "User-Agent" in request.headers:
        step.headers["User-Agent"] = request.headers["User-Agent"]
    return step
