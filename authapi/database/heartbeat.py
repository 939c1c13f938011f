"""Tells when a server stops answering the heartbeat that PyMongo's client sends it."""

from collections.abc import Callable

from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)


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
