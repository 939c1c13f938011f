"""What a call to the database may raise when the database is at fault."""

import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pymongo.errors import PyMongoError

P = ParamSpec("P")
T = TypeVar("T")
_log = logging.getLogger("authapi.database")

DUPLICATE_KEY = 11000
"""The code of a write that a unique index refused."""

WRITE_CONFLICT = 112
"""The code of a write that conflicted with another one of the document, and did nothing."""


class DatabaseUnavailable(Exception):
    """The database cannot be used; the message says why, for the operator."""


class ForeignDocuments(DatabaseUnavailable):
    """A collection holds documents of another program; the message says how to go on."""


FAILURES: tuple[type[Exception], ...] = (PyMongoError, DatabaseUnavailable)


def best_effort(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """Do what follows the deciding write; when the database fails, the request goes on.

    Returns:
        What `step` returns, or None when the database failed: the sweep does it later.
    """
    try:
        return step(*args, **kwargs)
    except FAILURES as failure:
        _log.error("left to the sweep: %s", type(failure).__name__)
        return None


def timed_out(error: Exception) -> bool:
    """Whether `error` came after a wait: no server was found, or none answered in time."""
    return isinstance(error, PyMongoError) and error.timeout
