"""The body of one request as the application reads it, a piece at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.exceptions import HTTPException, RequestTimeout, ServiceUnavailable

from authapi.core.client import network
from authapi.core.errors import BUSY_SECONDS, CATALOGUE, ErrorCode
from authapi.web import headers, request_id
from authapi.web.shared import shared_or_own

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ANSWER = "authapi.answer"
"""The key in a request's environment of the function that answers it from any thread."""

Answer = Callable[[int, headers.Headers, Generator[bytes, None, None]], object]
"""Takes the status, the headers and the pieces of the body."""

FIRST_SECONDS = 30.0
"""Seconds that a body may take; bytes that arrive earn it more time."""

BYTES_PER_SECOND = 1024.0
"""How many bytes earn one more second; a slower body is refused."""

FINISHED_BYTES = 64 * 1024
"""The longest unread rest of a body that is read before the answer, to keep the connection."""

_PIECE = 4096
_secured = headers.secured(https_only=False)


@dataclass(frozen=True)
class Refusal:
    """Why a body is not read any further: the application's exception, and the client's answer."""

    status: HTTPStatus
    error: Callable[[], HTTPException]
    code: ErrorCode
    message: str
    retry_after: int | None = None


NO_SLOT = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    partial(ServiceUnavailable, retry_after=BUSY_SECONDS),
    ErrorCode.SERVICE_UNAVAILABLE,
    CATALOGUE[ErrorCode.SERVICE_UNAVAILABLE].message,
    retry_after=BUSY_SECONDS,
)
OVERDUE = Refusal(
    HTTPStatus.REQUEST_TIMEOUT,
    RequestTimeout,
    ErrorCode.BAD_REQUEST,
    "The request body took too long to arrive.",
)


class Slots(Protocol):
    """How many bodies may be read at once."""

    def enter(self, body: Body) -> None:
        """Give `body` a slot for one read; `leave` must follow.

        Raises:
            ServiceUnavailable: when there is none for it.
        """

    def leave(self, body: Body) -> None:
        """Take its slot back."""


class Body:
    """The `wsgi.input` of a request; werkzeug reads from it by `read` alone.

    Args:
        environ: the request's environment, with granian's own body in it.
        slots: asked before each read.

    Attributes:
        began: when the first read began, in monotonic seconds; 0.0 before it.
        received: bytes so far.
        network: the client's, see `authapi.core.client.network`.
        refusal: why it is not read any further, or None.
    """

    def __init__(self, environ: WSGIEnvironment, slots: Slots) -> None:
        self._environ = environ
        self._stream: Any = environ["wsgi.input"]
        self._slots = slots
        self._left = _length(environ)
        self._whole = self._ended = self._left == 0
        self.began = 0.0
        self.received = 0
        self.network = ""
        self.refusal: Refusal | None = None

    @property
    def deadline(self) -> float:
        """When it is overdue, in monotonic seconds."""
        return self.began + FIRST_SECONDS + self.received / BYTES_PER_SECOND

    def begin(self, now: float) -> None:
        """Note that the first read begins; by now the client's address is known."""
        if not self.began:
            self.began = now
            self.network = network(shared_or_own(self._environ, "REMOTE_ADDR"))

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, `size` at the most; none at the end.

        Raises:
            ServiceUnavailable: when it has no slot, or lost it.
            RequestTimeout: when it is overdue.
        """
        if self._ended or size == 0:
            return b""
        asked = min(_PIECE, size if size > 0 else _PIECE, self._left or _PIECE)
        self._slots.enter(self)
        try:
            piece = bytes(self._stream.read(asked))  # blocks until all of them, or the end, arrive
        finally:
            self._slots.leave(self)
        if self.refusal:
            self._ended = True
            raise self.refusal.error()
        self._take_note(len(piece), asked)
        return piece

    def finish(self) -> bool:
        """Read the rest of a short body; say whether the connection can take another request.

        It cannot after `Expect` (RFC 9110, 10.1.1): such a client has not sent the body yet.
        """
        budget = FINISHED_BYTES
        if "HTTP_EXPECT" not in self._environ and (self._left or 0) <= budget:
            with suppress(HTTPException):
                while budget > 0 and not self._ended:
                    budget -= len(self.read())
        return self._whole

    def answer_refusal(self, why: Refusal, flush_seconds: float) -> None:
        """Answer instead of the thread that waits for the body, and end the connection.

        Only the end of the connection ends that wait, and granian has no call for it. An answer
        shorter than its `Content-Length` ends it: only the last line feed is missing.

        Args:
            why: the reason, for the answer.
            flush_seconds: the time to send the answer; with 0 the connection may end before it
                arrives.
        """
        ours = shared_or_own(self._environ, request_id.KEY)
        told = {"status": "error", "code": why.code, "message": why.message}
        if why.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            told["request_id"] = ours
        text = json.dumps(told, separators=(",", ":")).encode()
        sent = [("Content-Type", "application/json"), ("Content-Length", str(len(text) + 1))]
        sent += [*_secured(sent), (request_id.HEADER, ours), ("Connection", "close")]
        if why.retry_after:
            sent.append(("Retry-After", str(why.retry_after)))
        answer: Answer = self._environ[ANSWER]
        answer(why.status, sent, _unfinished(text, flush_seconds))

    def _take_note(self, received: int, asked: int) -> None:
        self.received += received
        self._ended = received < asked
        self._whole = self._ended and self._left is None
        if self._left is not None:
            self._left -= received
            self._whole = self._left == 0
            self._ended = self._ended or self._whole


def _unfinished(text: bytes, flush_seconds: float) -> Generator[bytes, None, None]:
    yield text
    time.sleep(flush_seconds)


def _length(environ: WSGIEnvironment) -> int | None:
    """Return the body's length in bytes; None for a chunked one."""
    text = str(environ.get("CONTENT_LENGTH", ""))
    if "HTTP_TRANSFER_ENCODING" in environ or not text.isdecimal():
        return None
    return int(text)
