"""Request bodies that arrive slowly: bounded for a process, shared out by network, with an end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from authapi.core.forks import after_fork_in_child
from authapi.server.body import NO_SLOT, OVERDUE, Body, Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CHECK_SECONDS = 1.0
"""How often overdue bodies are looked for."""

FLUSH_SECONDS = 0.1
"""How long the answer to an overdue body has to be sent before its connection ends."""

NEW_SECONDS = 0.25
"""A younger body keeps its slot when its own network asks for another one."""


class SlowBodies:
    """Bounds how many requests of one process may wait for their bodies at once.

    granian hands a request over when its head is there; reading the body then keeps a thread for as
    long as it takes. When all slots are taken, the oldest body of the network that has the most of
    them gives its slot up: whoever floods displaces itself. A body that is overdue is ended.

    Args:
        most: how many bodies may be read at once.
        clock: monotonic seconds.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._begin()
        after_fork_in_child(self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._being_read: dict[Body, None] = {}  # in the order of their reads
        self._watched = False

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """Return `app`, with its bodies read through here.

        Before an answer that comes early, what is left of a short body is read; where that cannot
        be, the connection ends with the answer, which says so (RFC 9112, 9.6).
        """

        def bounded(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            if "CONTENT_LENGTH" not in environ and "HTTP_TRANSFER_ENCODING" not in environ:
                return app(environ, start)
            body = environ["wsgi.input"] = Body(environ, self)

            def answer(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:  # noqa: ANN401
                if not body.finish():
                    headers = [*headers, ("Connection", "close")]
                return start(status, headers, *exc_info)

            return app(environ, answer)

        return bounded

    def enter(self, body: Body) -> None:
        """Give `body` a slot for one read; `leave` must follow.

        Raises:
            ServiceUnavailable: when none is free and none is taken back for it.
        """
        with self._lock:
            body.begin(self._clock())
            displaced = self._displaced_by(body) if len(self._being_read) >= self._most else None
            self._being_read[body] = None
            starts, self._watched = not self._watched, True
        if displaced:
            displaced.answer_refusal(NO_SLOT, flush_seconds=0)
        if starts:
            threading.Thread(target=self._watch, name="slow-bodies", daemon=True).start()

    def leave(self, body: Body) -> None:
        """Take its slot back."""
        with self._lock:
            self._being_read.pop(body, None)

    def end_overdue(self) -> None:
        """End every body that has taken too long."""
        with self._lock:
            now = self._clock()
            overdue = [body for body in self._being_read if body.deadline < now]
            for body in overdue:
                self._end(body, OVERDUE)
        for body in overdue:
            body.answer_refusal(OVERDUE, FLUSH_SECONDS)

    def _displaced_by(self, body: Body) -> Body:
        taken = Counter(other.network for other in self._being_read)
        most = max(taken.values())
        oldest = min(
            (other for other in self._being_read if taken[other.network] == most),
            key=lambda other: other.began,
        )
        if body.began - oldest.began < NEW_SECONDS and taken[body.network] >= most:
            raise NO_SLOT.error()
        self._end(oldest, NO_SLOT)
        return oldest

    def _end(self, body: Body, why: Refusal) -> None:
        body.refusal = why
        self._being_read.pop(body, None)

    def _watch(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            self.end_overdue()
