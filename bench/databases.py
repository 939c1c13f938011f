"""The embedded databases of the benchmark: one for each number of users."""

from authapi.embedded import ensure_running
from bench.places import data_folder

_PATIENCE = 180.0  # seconds: a million users are many to start with


def uri(users: int) -> str:
    """Return the address of the database for so many users, which runs as long as this process.

    Raises:
        EmbeddedUnavailable: when it does not start.
    """
    return ensure_running(data_folder(users) / "mongo", wait_seconds=_PATIENCE)
