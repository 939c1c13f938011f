"""CORS: the origins whose pages may read the answers (S70, S71), by flask-cors."""

import re
from collections.abc import Sequence

from flask import Flask, Response, request
from flask_cors.core import get_cors_options, set_cors_headers

from authapi.core.origins import CHROME_EXTENSION, FIREFOX_EXTENSION, THIS_MACHINE

_DEVELOPMENT = [
    re.compile(rf"{origin}\Z") for origin in (CHROME_EXTENSION, FIREFOX_EXTENSION, THIS_MACHINE)
]

_SENT = ("Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID")
_READ = ("Retry-After", "WWW-Authenticate", "X-Request-ID")


def init_app(
    app: Flask, origins: Sequence[str], headers: Sequence[str] = (), *, development: bool
) -> None:
    """Put the CORS headers on the answers of `app`, errors and preflights included.

    Args:
        app: the service.
        origins: whose pages may call.
        headers: what they may send and read beside the service's own.
        development: whether extensions, and pages of this machine, may call as well.

    flask-cors only runs for requests with an `Origin`: it takes a third of a request's time. Every
    answer has `Vary: Origin`, for caches.
    """
    # As regular expressions: flask-cors would take `http://[::1]` for one, and ignores case.
    exact = [re.compile(re.escape(origin) + r"\Z") for origin in origins]
    allowed = [*exact, *(_DEVELOPMENT if development else ())]
    if not allowed:
        return
    options = get_cors_options(
        app,
        {
            "origins": allowed,
            "methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
            "allow_headers": [*_SENT, *headers],
            "expose_headers": [*_READ, *headers],
            "max_age": 600,
            "vary_header": False,
        },
    )

    @app.after_request
    def apply(response: Response) -> Response:
        if "HTTP_ORIGIN" in request.environ:
            set_cors_headers(response, options)
        return response
