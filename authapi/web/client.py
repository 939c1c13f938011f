"""The client behind the current request."""

from flask import Flask, has_request_context, request
from werkzeug.middleware.proxy_fix import ProxyFix

from authapi.core.client import Client
from authapi.core.events import Origin
from authapi.web import request_id
from authapi.web.logs import redact


def client() -> Client:
    """Return the current request's client."""
    environ = request.environ
    return Client.of(environ.get("REMOTE_ADDR"), environ.get("HTTP_USER_AGENT"))


def origin() -> Origin:
    """Return what causes the events of this moment: a request, or an operator's command.

    Only the user agent is free text, so it is kept without what looks like a token.
    """
    if not has_request_context():
        return Origin(Client.of(None, "command line"))
    caller = client()
    return Origin(Client(caller.address, redact(caller.user_agent)), request_id.current())


def trust_proxies(app: Flask, count: int) -> None:
    """Take address and scheme from what the last `count` proxies wrote; 0: from the connection.

    With 0 no forwarding header changes anything, however it is spelled (S27).
    """
    if count:
        fixed = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)
        app.wsgi_app = fixed  # type: ignore[method-assign]
