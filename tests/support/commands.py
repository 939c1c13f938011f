"""Records the commands that are sent to the database."""

from __future__ import annotations

from pymongo import monitoring

_INDEXES = ("createIndexes", "listIndexes")


class Commands(monitoring.CommandListener):
    """Records the commands of all clients that are created from now on.

    Commands about indexes are left out: on a busy machine they come again after a lost connection.

    Args:
        database: only databases whose names begin so are recorded.
    """

    def __init__(self, database: str = "") -> None:
        self._database = database
        self._sent: list[str] = []
        monitoring.register(self)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Record `<command> <collection>`."""
        collection = event.command.get(event.command_name)
        ours = event.database_name.startswith(self._database)
        if isinstance(collection, str) and ours and event.command_name not in _INDEXES:
            self._sent.append(f"{event.command_name} {collection}")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Do nothing."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Do nothing."""

    def since_last(self) -> list[str]:
        """Return what was sent since the last time, in order."""
        sent, self._sent = self._sent, []
        return sent
