"""The client behind the current request."""

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from authapi.core.client import Client


def client() -> Client:
    """Return the current request's client."""
    return Client.of(request.remote_addr, request.headers.get("User-Agent"))


def trust_proxies(app: Flask, count: int) -> None:
    """Take address and scheme from what the last `count` proxies wrote; 0: from the connection.

    With 0 no forwarding header changes anything, however it is spelled (S27).
    """
    if count:
        fixed = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)
        app.wsgi_app = fixed  # type: ignore[method-assign]
