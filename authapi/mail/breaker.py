"""Which mail servers are worth trying now: a circuit breaker for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from authapi.core.clock import Clock
from authapi.mail.servers import MailServer

PASSED_OVER = timedelta(seconds=60)
"""For how long a server that failed is not asked again by this process."""

READERS_IN_A_ROW = 3
"""A server that fails for so many recipients in a row is taken to fail for all."""


@dataclass(slots=True)
class _State:
    """A server's failures: when it last failed for all, for whom, and for whom in a row."""

    failed_at: datetime | None = None
    readers: dict[str, datetime] = field(default_factory=dict)
    row: set[str] = field(default_factory=set)


class Breaker:
    """Passes over servers that failed; one bad recipient does not close a server (S98).

    Args:
        servers: in the order in which they are tried.
        clock: what tells the time.
    """

    def __init__(self, servers: Sequence[MailServer], clock: Clock) -> None:
        self._states = {server: _State() for server in servers}
        self._clock = clock

    def available(self) -> bool:
        """Whether there is a server that has not failed just now."""
        return any(not self._is_fresh(state.failed_at) for state in self._states.values())

    def order(self, reader: str) -> list[MailServer]:
        """Return the servers to try; those that failed just now for that recipient come last."""
        up = [each for each, state in self._states.items() if not self._is_fresh(state.failed_at)]
        return sorted(up, key=lambda each: self._is_fresh(self._states[each].readers.get(reader)))

    def worked(self, server: MailServer) -> None:
        """Note that a server gave an answer about a reader or a text."""
        self._states[server].row.clear()

    def failed(self, server: MailServer, reader: str | None) -> None:
        """Note that a server failed.

        Args:
            server: which.
            reader: the recipient, if the server knew it by then: the fault may lie there.
        """
        state, now = self._states[server], self._clock()
        if reader is not None:
            known = state.readers.items()
            state.readers = {each: at for each, at in known if self._is_fresh(at)} | {reader: now}
            state.row.add(reader)
        if reader is None or len(state.row) >= READERS_IN_A_ROW:
            state.failed_at = now
            state.row.clear()

    def _is_fresh(self, failed_at: datetime | None) -> bool:
        """Whether that was just now; no, where the clock was put back since."""
        return failed_at is not None and failed_at <= self._clock() < failed_at + PASSED_OVER
