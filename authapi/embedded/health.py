"""Checks whether the server answers and can write, with the password of its users."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymongo import MongoClient

_TIMEOUT_MS = 2000
_AUTHENTICATION_FAILED = 18


class Health(Enum):
    """What came of a health check."""

    ANSWERS = auto()
    REFUSES_PASSWORD = auto()
    BROKEN = auto()
    SILENT = auto()


class HealthCheck:
    """Asks the server at `uri`, on a connection that stays open between two checks."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._client: MongoClient[dict[str, object]] | None = None

    def can_be_used(self) -> Health:
        """Ask for an answer."""
        return self._ask("ping")

    def can_write(self) -> Health:
        """Have the server write its memory to the disk, which takes some 50 ms.

        After a full disk it still listens, and answers pings and some reads, but every write fails,
        even when there is room again. With many documents the write may take long, which is no
        failure.
        """
        health = self._ask("ping")
        if health is Health.ANSWERS and self._ask("fsync") is Health.BROKEN:
            return Health.BROKEN
        return health

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _ask(self, command: str) -> Health:
        from pymongo.errors import OperationFailure, PyMongoError  # late: most starts do without

        try:
            self._connected().admin.command(command)
        except OperationFailure as failure:
            if failure.timeout:
                return Health.SILENT
            refused = failure.code == _AUTHENTICATION_FAILED
            return Health.REFUSES_PASSWORD if refused else Health.BROKEN
        except PyMongoError:
            return Health.SILENT
        return Health.ANSWERS

    def _connected(self) -> MongoClient[dict[str, object]]:
        from pymongo import MongoClient

        if self._client is None:
            self._client = MongoClient(self._uri, timeoutMS=_TIMEOUT_MS)
        return self._client
