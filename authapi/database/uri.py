"""Connection strings."""

from pymongo.errors import ConfigurationError
from pymongo.uri_parser import parse_uri


def uri_problem(uri: str) -> str | None:
    """Say what is wrong with a connection string, without repeating any of it, or return None.

    The hosts of a `mongodb+srv` string are looked up in the DNS at the first use only.
    """
    if uri.startswith("mongodb+srv://"):
        return None
    try:
        parse_uri(uri)
    except (ConfigurationError, ValueError, OSError):
        return (
            "is not a valid connection string; it looks like mongodb://user:password@host/database,"
            " with special characters in user and password percent-encoded"
        )
    return None
