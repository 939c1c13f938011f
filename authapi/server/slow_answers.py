"""Long answers: their number is bounded, shared by network, and each has a deadline."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from authapi.core.client import network
from authapi.core.errors import BUSY_SECONDS, CATALOGUE, ErrorCode
from authapi.core.forks import after_fork_in_child
from authapi.server.body import BYTES_PER_SECOND, FIRST_SECONDS
from authapi.web import request_id
from authapi.web.headers import Headers
from authapi.web.shared import SHARED, shared_or_own

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger("authapi.request")

PIECE_BYTES = 64 * 1024
"""The longest piece. granian copies one, keeps it until the client takes it, and lets the thread
go; with the next one the thread waits."""

_SHORT_BYTES = 8192
"""An answer of this length comes from werkzeug in one piece, also that of a file."""

_OF_THE_ANSWER = {
    *("accept-ranges", "cache-control", "content-disposition", "content-encoding"),
    *("content-length", "content-range", "content-type", "etag", "expires", "last-modified"),
}


class SlowAnswers:
    """Bounds how many long answers of one process may be on their way at once.

    granian sends an answer of several pieces from the thread that made it, which waits as long as
    the client does not read. One network gets at most half of the slots; whoever finds none free is
    refused.

    Args:
        most: the number of slots.
        clock: monotonic seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self.clock = clock
        self._begin()
        after_fork_in_child(self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()  # slots by network

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """Return `app`, with slots for its long answers."""

        def bounded(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            noted: list[Any] = ["", []]

            def noting(status: str, headers: Headers, *exc_info: Any) -> Any:  # noqa: ANN401
                noted[:] = status, headers
                return start(status, headers, *exc_info)

            environ[SHARED] = {}
            answer = app(environ, noting)
            status, headers = noted
            length = _length(status, headers)
            is_short = length is not None and length <= _SHORT_BYTES
            if is_short or environ["REQUEST_METHOD"] == "HEAD" or isinstance(answer, list):
                return answer
            if length is not None and length <= PIECE_BYTES:
                return [_joined(answer)]
            place = network(shared_or_own(environ, "REMOTE_ADDR"))
            if self._enter(place):
                return _OnItsWay(answer, self, place, has_length=length is not None)
            _close(answer)
            return [_refuse(environ, start, headers)]

        return bounded

    def _enter(self, place: str) -> bool:
        with self._lock:
            is_free = self._taken.total() < self._most
            if is_free and self._taken[place] < max(1, self._most // 2):
                self._taken[place] += 1
                return True
            return False

    def leave(self, place: str) -> None:
        """Release a slot of a network."""
        with self._lock:
            self._taken[place] -= 1
            if not self._taken[place]:
                del self._taken[place]


class _OnItsWay:
    """The pieces of a long answer; the server asks for the next one when it has sent the last.

    An answer of known length ends early when its client reads too slowly: a body shorter than its
    `Content-Length` tells the client so, and ends the connection. A stream without a length may
    be slow by itself, and has no deadline.
    """

    def __init__(
        self, answer: Iterable[bytes], slots: SlowAnswers, place: str, *, has_length: bool
    ) -> None:
        self._answer = answer
        self._pieces = _pieces(answer)
        self._slots = slots
        self._place = place
        self._has_length = has_length
        self._waited = 0.0
        self._sent = 0
        self._yielded_at: float | None = None
        self._closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._yielded_at is not None:
            self._waited += self._slots.clock() - self._yielded_at
        if self._has_length and self._waited > FIRST_SECONDS + self._sent / BYTES_PER_SECOND:
            raise StopIteration
        piece = next(self._pieces)
        self._sent += len(piece)
        self._yielded_at = self._slots.clock()
        return piece

    def close(self) -> None:
        """Release the slot, and what the answer holds; the server calls it in any case."""
        if not self._closed:
            self._closed = True
            self._slots.leave(self._place)
            _close(self._answer)


def _pieces(answer: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in answer:
        for begin in range(0, len(chunk), PIECE_BYTES):
            yield chunk[begin : begin + PIECE_BYTES]


def _joined(answer: Iterable[bytes]) -> bytes:
    try:
        return b"".join(answer)
    finally:
        _close(answer)


def _close(answer: Iterable[bytes]) -> None:
    if close := getattr(answer, "close", None):
        close()


def _length(status: str, headers: Headers) -> int | None:
    """Return how long an answer is, in bytes; None for a stream."""
    if status[:3] in {"204", "304"}:
        return 0
    for name, value in headers:
        if name.lower() == "content-length":
            return int(value)
    return None


def _refuse(environ: WSGIEnvironment, start: StartResponse, headers: Headers) -> bytes:
    """Begin a 503 in place of an answer that had these headers; return its body."""
    code = ErrorCode.SERVICE_UNAVAILABLE
    told = {"status": "error", "code": code, "message": CATALOGUE[code].message}
    told["request_id"] = shared_or_own(environ, request_id.KEY)
    fields = {name: told[name] for name in ("code", "request_id")}
    _log.warning("no slot for a long answer", extra={"fields": fields})
    text = json.dumps(told, separators=(",", ":")).encode() + b"\n"
    kept = [(name, value) for name, value in headers if name.lower() not in _OF_THE_ANSWER]
    ours = [("Content-Type", "application/json"), ("Content-Length", str(len(text)))]
    ours += [("Cache-Control", "no-store"), ("Retry-After", str(BUSY_SECONDS))]
    start(f"{CATALOGUE[code].status:d} Service Unavailable", [*kept, *ours])
    return text
