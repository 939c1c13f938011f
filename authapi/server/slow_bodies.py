"""Slow request bodies: their number is bounded, shared by network, and each has a deadline."""

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
"""How often overdue bodies are ended."""

FLUSH_SECONDS = 0.1
"""Seconds to send the answer to an overdue body before its connection ends."""

NEW_SECONDS = 0.25
"""A body younger than this keeps its slot when its own network wants another one."""


class SlowBodies:
    """Bounds how many requests of one process may wait for their bodies at once.

    granian calls the app when a request's head has arrived; to read the body then keeps a thread.
    When all slots are taken, the oldest body of the network with the most slots is refused: a
    network that floods displaces its own. A body that is overdue is refused as well.

    Args:
        most: the number of slots.
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
        """Return `app`, with slots for its request bodies.

        When the answer comes before the body was read, the rest of a short one is read; else the
        connection ends with the answer, which says so (RFC 9112, 9.6).
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
            ServiceUnavailable: when none is free, and no other body gives one up.
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
        """Release the slot of `body`."""
        with self._lock:
            self._being_read.pop(body, None)

    def end_overdue(self) -> None:
        """Refuse every body that is overdue."""
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
