"""A request with an access token that is always fresh."""

from __future__ import annotations

import httpx

from authapi_client.addresses import covers
from authapi_client.answers import GATEWAY_STATUSES, is_token_refused, read_answer
from authapi_client.errors import AuthapiError, Refused
from authapi_client.flows import Flow, Read
from authapi_client.session import Session

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def authorized(session: Session, audience: str, request: httpx.Request) -> Flow[httpx.Response]:
    """Send a request with an access token, and return its response, whatever that says.

    A token that was refused is renewed once, and the request repeated; what a busy service has not
    worked on is repeated once, too. After a proxy's error only reading is.

    Args:
        session: whose token it is.
        audience: the address of the service that it is for.
        request: one to this audience. A stream in it can be sent only once.

    Raises:
        ValueError: it goes elsewhere.
        LoggedOut: there is no token.
    """
    if not covers(audience, request.url):
        raise ValueError(f"{request.url} is no address of {audience}: it gets no token")
    bearer = yield from session.token()
    response: httpx.Response = yield _signed(request, bearer)
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
    repeated: httpx.Response = yield _signed(request, fresh)
    # What a refresh in between was answered is nobody's business: it holds tokens.
    refresh = f"{session.api.base_url}/refresh"
    repeated.history = [each for each in repeated.history if str(each.request.url) != refresh]
    return repeated


def _signed(request: httpx.Request, bearer: str) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {bearer}"
    return request


def _delay(session: Session, request: httpx.Request, response: httpx.Response) -> float | None:
    """Return the seconds after which the request goes out once more; None when it should not.

    Where the service says itself that it is busy, it has done nothing.
    """
    try:
        read_answer(response)
    except AuthapiError as error:
        harmless = request.method in _SAFE_METHODS or isinstance(error, Refused)
        return session.api.retry_delay(error) if harmless else None
    return None
