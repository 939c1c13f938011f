"""What requests send to the database."""

from __future__ import annotations

from pymongo import monitoring

_INDEXES = ("createIndexes", "listIndexes")


class Commands(monitoring.CommandListener):
    """Notes what clients made from now on ask of collections; PyMongo keeps a listener for good.

    The making of indexes is left out: it comes whenever a connection was lost, on a busy machine.

    Args:
        database: what the name of the database begins with; others are nobody's business here.
    """

    def __init__(self, database: str = "") -> None:
        self._database = database
        self._sent: list[str] = []
        monitoring.register(self)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note `<command> <collection>`."""
        collection = event.command.get(event.command_name)
        ours = event.database_name.startswith(self._database)
        if isinstance(collection, str) and ours and event.command_name not in _INDEXES:
            self._sent.append(f"{event.command_name} {collection}")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""

    def since_last(self) -> list[str]:
        """Return what was sent since the last time, in order."""
        sent, self._sent = self._sent, []
        return sent
