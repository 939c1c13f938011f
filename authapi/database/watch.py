"""An ear on the client's own heartbeat."""

from collections.abc import Callable

from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)


class Watch(ServerHeartbeatListener):
    """Reports a server that does not answer the client's own heartbeat."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        """Nothing to report."""

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        """Nothing to report."""

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """Report the loss."""
        self._lost()
