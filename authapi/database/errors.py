"""What a call to the database may raise when the database is at fault."""

import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from pymongo.errors import OperationFailure, PyMongoError, ServerSelectionTimeoutError

P = ParamSpec("P")
T = TypeVar("T")
_log = logging.getLogger("authapi.database")

DUPLICATE_KEY = 11000
"""The code of a write that a unique index refused."""

WRITE_CONFLICT = 112
"""The code of a write that conflicted with another one of the document, and did nothing."""

_ADVICE = {
    13: "The user in MONGO_URI needs readWrite on this database.",
    18: "Check the user and the password in MONGO_URI, and authSource.",
}
"""By the code of a refusal: what the operator can do."""


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


def name_of(failure: Exception) -> str:
    """Return what a failure is called: a refusal as the server calls it, any other by its type."""
    refused = isinstance(failure, OperationFailure) and failure.details
    return str((refused or {}).get("codeName") or type(failure).__name__)


def explain(failure: Exception) -> str:
    """Say in one line, and without a secret, what is the matter: for the operator."""
    if isinstance(failure, DatabaseUnavailable):
        return str(failure)
    if timed_out(failure) and not isinstance(failure, ServerSelectionTimeoutError):
        return f"The database took too long ({name_of(failure)}). Try a longer MONGO_TIMEOUT_MS."
    if isinstance(failure, OperationFailure):
        advice = _ADVICE.get(failure.code or 0, "Its own log says more.")
        return f"The database refuses ({name_of(failure)}). {advice}"
    return f"The database does not answer ({name_of(failure)}). Check MONGO_URI."


def timed_out(error: Exception) -> bool:
    """Whether `error` came after a wait: no server was found, or none answered in time."""
    return isinstance(error, PyMongoError) and error.timeout
