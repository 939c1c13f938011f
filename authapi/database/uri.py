"""Connection strings."""

import re

from pymongo.errors import ConfigurationError, InvalidURI
from pymongo.uri_parser import parse_uri

_INVALID = (
    "is not a valid connection string; it looks like mongodb://user:password@host/database,"
    " with special characters in user and password percent-encoded"
)


def uri_problem(uri: str) -> str | None:
    """Say what is wrong with a connection string, without repeating any of it, or return None.

    The hosts of a `mongodb+srv` string are looked up in the DNS at the first use only.
    """
    scheme, _, rest = uri.partition("://")
    cluster = scheme == "mongodb+srv"
    if cluster and re.search(r"[,:]", rest.partition("/")[0].rpartition("@")[2]):
        return "names one host without a port, where it begins with mongodb+srv://"
    try:
        parse_uri(f"mongodb://{rest}")
    except OSError:
        return "names a file of certificates or keys that cannot be read"
    except (ConfigurationError, ValueError) as error:
        if cluster and not isinstance(error, InvalidURI):
            return None  # such as an option that goes with that scheme alone
        return _INVALID
    return None


def why_unusable(error: ConfigurationError) -> str:
    """Return why a connection string cannot be used; the answer does not name the host."""
    if re.search(r"DNS|nameserver|_mongodb\._tcp", str(error)):
        return "the DNS does not say which servers its host stands for (mongodb+srv)"
    return type(error).__name__
