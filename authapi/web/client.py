"""The client behind the current request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, has_request_context, request
from werkzeug.http import parse_list_header
from werkzeug.middleware.proxy_fix import ProxyFix

from authapi.core.client import Client
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Origin
from authapi.web import request_id
from authapi.web.logs import redact
from authapi.web.mounting import PREFIX
from authapi.web.shared import share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LONGEST_USER_AGENT = 256
_FOR, _PREFIX = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PREFIX"
_FORWARDED = (_FOR, "HTTP_X_FORWARDED_PROTO", _PREFIX)


def client() -> Client:
    """Return the current request's client."""
    environ = request.environ
    user_agent = environ.get("HTTP_USER_AGENT", "")[:_LONGEST_USER_AGENT]
    return Client(environ.get("REMOTE_ADDR") or "", user_agent)


def origin() -> Origin:
    """Return what causes the events of this moment: a request, or an operator's command.

    The user agent is free text: what looks like a token is removed from it.
    """
    if not has_request_context():
        return Origin(Client("", "command line"))
    caller = client()
    return Origin(Client(caller.address, redact(caller.user_agent)), request_id.current())


def trust_proxies(app: Flask, count: int) -> None:
    """Take address, scheme and prefix from the headers of the last `count` proxies.

    With 0 they are those of the connection, and no forwarding header has an effect, however it is
    spelled (S27). The prefix is that of the nearest proxy that sends one.
    """
    if count:
        fixed = ProxyFix(_sharing(app.wsgi_app), x_for=count, x_proto=count, x_host=0, x_prefix=1)
        app.wsgi_app = _plainly(fixed)  # type: ignore[assignment, method-assign]
        app.before_request(lambda: _refuse_hidden(count))


def _sharing(app: WSGIApplication) -> WSGIApplication:
    """Return `app`, before which the server is told the client's address."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        share(environ, "REMOTE_ADDR", environ.get("REMOTE_ADDR", ""))
        return app(environ, start_response)

    return answer


def _plainly(app: WSGIApplication) -> WSGIApplication:
    """Return `app` without quotes in forwarding headers, and prefixes that are not a plain path.

    Not every proxy removes a client's header. What follows an open quote would be no part of the
    list, also when a proxy wrote it; and `//evil.example` is another server.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for name in _FORWARDED:
            if '"' in environ.get(name, ""):
                environ[name] = environ[name].replace('"', "")
        claimed = parse_list_header(environ.get(_PREFIX, ""))
        if claimed and not PREFIX.fullmatch(claimed[-1].rstrip("/")):
            del environ[_PREFIX]
        return app(environ, start_response)

    return answer


def _refuse_hidden(count: int) -> None:
    """Refuse a request whose client made its address unreadable.

    granian has an empty text for a header with bytes beyond ASCII, and a proxy may append the
    address to what the client sent. Without it the proxy would be taken for the client.

    Raises:
        ApiError: `bad_request`.
    """
    sent: str | None = request.environ.get(_FOR)
    if sent is not None and not all(entry.strip() for entry in sent.split(",")[-count:]):
        raise ApiError(ErrorCode.BAD_REQUEST)
