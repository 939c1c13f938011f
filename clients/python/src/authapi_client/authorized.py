"""Sends a request with a fresh access token."""

from __future__ import annotations

import httpx

from authapi_client.addresses import covers
from authapi_client.answers import GATEWAY_STATUSES, is_token_refused, read_answer
from authapi_client.errors import AuthapiError, Refused
from authapi_client.flows import Flow, Read
from authapi_client.session import Session

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def authorized(session: Session, audience: str, request: httpx.Request) -> Flow[httpx.Response]:
    """Send a request with an access token, and return its response, an error as well.

    If the token is refused, it is renewed and the request repeated once. A request that a busy
    service has not processed is repeated once, too; after a proxy's error only a safe method is.

    Args:
        session: the login.
        audience: the address of the service that accepts its tokens.
        request: a request to this audience. A stream in it can be sent only once.

    Raises:
        ValueError: the request goes to another address.
        LoggedOut: nobody is logged in.
    """
    if not covers(audience, request.url):
        raise ValueError(f"{request.url} is not below {audience}: no token is sent there")
    bearer = yield from session.token()
    response: httpx.Response = yield _with_token(request, bearer)
    if response.status_code not in (401, *GATEWAY_STATUSES):
        return response
    yield Read(response)
    stale = bearer if is_token_refused(response) and covers(audience, response.url) else None
    if not isinstance(request.stream, httpx.ByteStream):
        if stale:
            session.invalidate(stale)
        return response
    if not stale:
        delay = _delay(session, request, response)
        if delay is None:
            return response
        yield session.api.pause(delay)
    fresh = yield from session.token(stale)
    repeated: httpx.Response = yield _with_token(request, fresh)
    # httpx adds the answer to the refresh to the history: it has tokens, so it is removed.
    refresh = f"{session.api.base_url}/refresh"
    repeated.history = [each for each in repeated.history if str(each.request.url) != refresh]
    return repeated


def _with_token(request: httpx.Request, bearer: str) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {bearer}"
    return request


def _delay(session: Session, request: httpx.Request, response: httpx.Response) -> float | None:
    """Return the seconds after which the request is repeated; None when it is not.

    The service's own 503 means that it has not processed the request.
    """
    try:
        read_answer(response)
    except AuthapiError as error:
        harmless = request.method in _SAFE_METHODS or isinstance(error, Refused)
        return session.api.retry_delay(error) if harmless else None
    return None
