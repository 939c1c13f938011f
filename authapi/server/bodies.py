"""Bodies that come slowly: what needs none is answered all the same."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import ServiceUnavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RETRY_AFTER_SECONDS = 1


class Bodies:
    """Bounds how many requests of one process may wait for their bodies at once.

    granian hands a request over when its head is there; reading the body then keeps a thread for as
    long as the client likes.

    Args:
        readers: how many may.
    """

    def __init__(self, readers: int) -> None:
        self._free = threading.BoundedSemaphore(readers)

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """Return `app`, reading bodies through here."""

        def bounded(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
                environ["wsgi.input"] = _Body(environ["wsgi.input"], self._free)
            return app(environ, start)

        return bounded


class _Body:
    """The `wsgi.input` of one request; werkzeug reads from it by `read` alone."""

    def __init__(self, body: Any, free: threading.BoundedSemaphore) -> None:  # noqa: ANN401
        self._body = body
        self._free = free

    def read(self, *size: int) -> bytes:
        if not self._free.acquire(blocking=False):
            raise ServiceUnavailable(retry_after=RETRY_AFTER_SECONDS)
        try:
            return bytes(self._body.read(*size))
        finally:
            self._free.release()
