"""MongoDB: the connection, its failures, and the indexes."""

from authapi.database.collection import (
    BATCH_SECONDS,
    Document,
    insert_if_new,
    insert_those_new,
    retry_conflicts,
)
from authapi.database.connection import Collections, Database
from authapi.database.deadline import RequestScope
from authapi.database.errors import (
    DUPLICATE_KEY,
    FAILURES,
    WRITE_CONFLICT,
    DatabaseUnavailable,
    ForeignDocuments,
    best_effort,
    explain,
    name_of,
)
from authapi.database.indexes import Index, StoredCollection

__all__ = [
    "BATCH_SECONDS",
    "DUPLICATE_KEY",
    "FAILURES",
    "WRITE_CONFLICT",
    "Collections",
    "Database",
    "DatabaseUnavailable",
    "Document",
    "ForeignDocuments",
    "Index",
    "RequestScope",
    "StoredCollection",
    "best_effort",
    "explain",
    "insert_if_new",
    "insert_those_new",
    "name_of",
    "retry_conflicts",
]
