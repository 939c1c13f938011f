"""Which database, and how long it may take."""

import re
from dataclasses import dataclass
from datetime import timedelta

from authapi.core.environment import variable
from authapi.core.parsers import integer, pattern
from authapi.core.secrets import Secret
from authapi.database.uri import uri_problem

_SCHEMES = ("mongodb://", "mongodb+srv://")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")


def _mongo_uri(text: str) -> Secret:
    if not text.startswith(_SCHEMES):
        raise ValueError("must start with mongodb:// or mongodb+srv://")
    if problem := uri_problem(text):
        raise ValueError(problem)
    return Secret(text)


@dataclass(frozen=True)
class DatabaseSettings:
    """The connection to MongoDB."""

    mongo_uri: Secret | None = variable("MONGO_URI", None, _mongo_uri, secret=True)
    mongo_database: str | None = variable(
        "MONGO_DATABASE", None, pattern(_NAME, "up to 63 letters, digits, _ or -")
    )
    mongo_timeout_ms: int = variable("MONGO_TIMEOUT_MS", 1200, integer(100, 60_000))

    @property
    def mongo_timeout(self) -> timedelta:
        """How long finding the server, and each operation, may take."""
        return timedelta(milliseconds=self.mongo_timeout_ms)
