"""Records the commands that are sent to the database."""

from __future__ import annotations

import threading

from pymongo import monitoring

_INDEXES = ("createIndexes", "listIndexes")
_BACKGROUND_THREADS = ("mail", "audit")


class Commands(monitoring.CommandListener):
    """Records the commands of all clients that are created from now on.

    Commands about indexes are left out: on a busy machine they come again after a lost connection.
    So are those of the threads that send mails and store events: they work seconds later, also for
    a service of the test before.

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
        asked_for = event.command_name not in _INDEXES and not _in_the_background()
        if isinstance(collection, str) and ours and asked_for:
            self._sent.append(f"{event.command_name} {collection}")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Do nothing."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Do nothing."""

    def since_last(self) -> list[str]:
        """Return what was sent since the last time, in order."""
        sent, self._sent = self._sent, []
        return sent


def _in_the_background() -> bool:
    return threading.current_thread().name in _BACKGROUND_THREADS
