"""What a call to the database may raise when the database, not our code, is at fault."""

from pymongo.errors import PyMongoError


class DatabaseUnavailable(Exception):
    """The database cannot be used; the message says why, for the operator."""


FAILURES: tuple[type[Exception], ...] = (PyMongoError, DatabaseUnavailable)
