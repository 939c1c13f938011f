"""Listens to the client's heartbeats: for the database's clock, and for its loss."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)

from authapi.core.clock import Clock

NEGLIGIBLE = timedelta(seconds=5)
"""A smaller difference is ignored, so that time never jumps where clocks are synchronised."""

_MEASUREMENTS = 3


class ServerTime(ServerHeartbeatListener):
    """Reads the server's clock from its answers to the client's heartbeats: it costs no command.

    An answer that is read late makes the server's clock seem slow, never fast: the largest of
    the last few measurements counts.

    Attributes:
        offset: what to add to this machine's time; 0 until there was an answer.
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self._measured: deque[timedelta] = deque(maxlen=_MEASUREMENTS)
        self.offset = timedelta(0)

    def corrected(self, clock: Clock) -> Clock:
        """Return a clock that shows the server's time."""
        return lambda: clock() + self.offset

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        """Nothing to read."""

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        """Compare the clocks, if this is the server that is written to."""
        server_time = event.reply.document.get("localTime")
        if event.reply.is_writable and isinstance(server_time, datetime):
            self.measure(server_time.replace(tzinfo=UTC))

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """Nothing to read."""

    def measure(self, server_time: datetime) -> None:
        """Take in what the server's clock showed just now."""
        self._measured.append(server_time - self._machine())
        offset = max(self._measured)
        if abs(offset - self.offset) >= NEGLIGIBLE:
            self.offset = offset if abs(offset) >= NEGLIGIBLE else timedelta(0)


class HeartbeatMonitor(ServerHeartbeatListener):
    """Calls `lost` whenever a server did not answer a heartbeat, in the thread that sent it."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        """Nothing to report."""

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        """Nothing to report."""

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """Report the loss."""
        self._lost()
