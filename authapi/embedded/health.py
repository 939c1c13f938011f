"""Whether the server can still write its data: it is asked as its users ask, with the password."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymongo import MongoClient

_TIMEOUT_MS = 5000
_AUTHENTICATION_FAILED = 18


class Health(Enum):
    """What came of a health check."""

    ANSWERS = auto()
    REFUSES_PASSWORD = auto()
    BROKEN = auto()
    SILENT = auto()


class HealthCheck:
    """Asks the server at `uri`, on a connection that stays open between two checks.

    After a full disk the server goes on listening, and answers pings and some reads; whatever it
    is to write fails, also when there is room again. A restart mends it then.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._client: MongoClient[dict[str, object]] | None = None

    def run(self) -> Health:
        """Have the server write what it holds in memory to the disk: it takes some 50 ms."""
        from pymongo.errors import OperationFailure, PyMongoError  # late: most starts do without

        try:
            self._connected().admin.command("fsync")
        except OperationFailure as failure:
            refused = failure.code == _AUTHENTICATION_FAILED
            return Health.REFUSES_PASSWORD if refused else Health.BROKEN
        except PyMongoError:
            return Health.SILENT
        return Health.ANSWERS

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connected(self) -> MongoClient[dict[str, object]]:
        from pymongo import MongoClient

        if self._client is None:
            self._client = MongoClient(self._uri, timeoutMS=_TIMEOUT_MS)
        return self._client
