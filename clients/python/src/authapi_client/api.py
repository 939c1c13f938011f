"""Requests to the API that need no access token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

import httpx

from authapi_client.addresses import is_insecure, normalized
from authapi_client.answers import Answer, read_answer
from authapi_client.errors import AuthapiError, InsecureAddress, Redirected, retry_delay
from authapi_client.flows import Flow, Pause, Read
from authapi_client.options import Options


class Api:
    """The service at an address.

    Raises:
        ValueError: `base_url` is not an http or https address.
        InsecureAddress: it is plain http, to another computer.
    """

    def __init__(self, base_url: str | httpx.URL, options: Options) -> None:
        self.base_url = secure(base_url, options)
        self._options = options

    def get(self, path: str) -> Flow[Answer]:
        """Send a GET; repeat it once when the service is busy or not available."""
        return self._with_retry(lambda: self._request("GET", path))

    def post(self, path: str, body: Mapping[str, object], key: str | None = None) -> Flow[Answer]:
        """Send JSON; repeat it once when the service is busy or not available.

        Args:
            path: the path below the base URL.
            body: what to send; members that are None are left out.
            key: the Idempotency-Key.
        """
        return self._with_retry(lambda: self._request("POST", path, body, key))

    def post_once(self, path: str, body: Mapping[str, object], timeout: float) -> Flow[Answer]:
        """Send JSON without a retry; `timeout` in seconds."""
        return self._once(self._request("POST", path, body, timeout=timeout))

    def pause(self, seconds: float) -> Pause:
        """Return the step of a flow that waits."""
        return Pause(seconds, self._options.sleep, self._options.async_sleep)

    def retry_delay(self, error: AuthapiError) -> float | None:
        """Return the seconds after which a request is repeated; None when it is not."""
        return retry_delay(error, self._options.max_retry_after)

    def _with_retry(self, request: Callable[[], httpx.Request]) -> Flow[Answer]:
        try:
            return (yield from self._once(request()))
        except AuthapiError as error:
            delay = self.retry_delay(error)
            if delay is None:
                raise
        yield self.pause(delay)
        return (yield from self._once(request()))

    def _once(self, request: httpx.Request) -> Flow[Answer]:
        response = yield request
        yield Read(response)
        return read_answer(response)

    def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        key: str | None = None,
        timeout: float | None = None,
    ) -> httpx.Request:
        seconds = timeout or self._options.timeout
        request = json_request(method, self.base_url + path, body, seconds)
        if key:
            request.headers["Idempotency-Key"] = key
        if body is not None:
            request.stream = _OneShotBody(request.content)
        return request


def json_request(
    method: str, url: str, body: Mapping[str, object] | None, timeout: float
) -> httpx.Request:
    """Return a request with a JSON body.

    Members that are None are left out. `json.dumps` escapes a lone surrogate, which httpx's own
    encoding to UTF-8 cannot send.
    """
    times = {"timeout": httpx.Timeout(timeout).as_dict()}
    if body is None:
        return httpx.Request(method, url, extensions=times)
    given = {name: value for name, value in body.items() if value is not None}
    headers = {"Content-Type": "application/json"}
    content = json.dumps(given).encode()
    return httpx.Request(method, url, headers=headers, content=content, extensions=times)


def secure(address: str | httpx.URL, options: Options) -> str:
    """Return an address in normal form.

    Raises:
        ValueError: it is not an http or https address.
        InsecureAddress: it is plain http, to another computer, and that is not allowed.
    """
    base_url = normalized(address)
    if is_insecure(base_url) and not options.allow_insecure:
        raise InsecureAddress(f"{base_url} is plain http: others could read the password.")
    return base_url


class _OneShotBody(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that can be sent once: it follows no redirect, even if the httpx client does."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._take()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._take()

    def _take(self) -> bytes:
        content, self._content = self._content, None
        if content is None:
            raise Redirected("The API redirects to another address.")
        return content
