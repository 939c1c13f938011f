"""Does something between two commands to the database, as another process might."""

from __future__ import annotations

from collections.abc import Callable

from pymongo import monitoring


class Between(monitoring.CommandListener):
    """Does something once, after a command of the clients that are created from now on."""

    def __init__(self) -> None:
        self._command: tuple[str, str] | None = None
        self._action: Callable[[], object] | None = None
        self._seen: set[int] = set()
        monitoring.register(self)

    def after(self, command: str, collection: str, action: Callable[[], object]) -> None:
        """Do `action` once the next such command has succeeded."""
        self._command, self._action = (command, collection), action

    @property
    def waits(self) -> bool:
        """Whether there was no such command yet."""
        return self._action is not None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note whether it is such a command."""
        if (event.command_name, event.command.get(event.command_name)) == self._command:
            self._seen.add(event.request_id)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Do the action, if that was such a command."""
        if event.request_id in self._seen and self._action is not None:
            action, self._command, self._action = self._action, None, None
            action()

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Do nothing."""
