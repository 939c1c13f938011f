"""MongoDB: the one connection, what it may raise, and the indexes it makes."""

from authapi.database.connection import Collections, Database, Document
from authapi.database.errors import FAILURES, DatabaseUnavailable
from authapi.database.indexes import Index
from authapi.database.uri import uri_problem

__all__ = [
    "FAILURES",
    "Collections",
    "Database",
    "DatabaseUnavailable",
    "Document",
    "Index",
    "uri_problem",
]
