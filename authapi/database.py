"""The connection to MongoDB: one client per process, through Flask-PyMongo, opened at first use."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Flask
from flask_pymongo import PyMongo
from pymongo.collection import Collection
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
)
from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)
from pymongo.uri_parser import parse_uri

Document = dict[str, Any]
_log = logging.getLogger("authapi.database")

DEFAULT_NAME = "authapi"


class DatabaseUnavailable(Exception):
    """The database cannot be used; the message says why, for the operator."""


FAILURES: tuple[type[Exception], ...] = (PyMongoError, DatabaseUnavailable)
"""What a call to the database may raise when the database, not our code, is at fault."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index that the service needs: the collection, `create_index`'s keys and its options."""

    collection: str
    keys: Sequence[tuple[str, int]]
    options: Document = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name MongoDB gives it by convention."""
        return "_".join(f"{key}_{direction}" for key, direction in self.keys)


class Collections(Protocol):
    """What a store needs of a database: its collections by name."""

    def __getitem__(self, name: str) -> Collection[Document]:
        """Return the collection called `name`."""
        ...


class Database:
    """Collections by name, on a client of this process's own.

    Nothing connects before the first use, and a forked child opens its own client.

    Args:
        uri: returns the connection string; called when a process opens its client, and again
            when the server is lost.
        name: the database's name; None means the one in the connection string, else "authapi".
        timeout_ms: how long finding the server, and each operation, may take at the most.
        indexes: what `ensure_indexes` makes.
        building: entered around the making of indexes; yields True when an earlier making was
            interrupted, and they must be dropped first.
    """

    def __init__(
        self,
        uri: Callable[[], str],
        name: str | None,
        timeout_ms: int,
        indexes: Sequence[Index],
        building: Callable[[], Any] | None = None,
    ) -> None:
        self._uri = uri
        self._name = name
        self._timeout_ms = timeout_ms
        self._indexes = indexes
        self._building = building or _plain_building
        self._forget_client()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget_client)

    def _forget_client(self) -> None:
        self._lock = threading.Lock()
        self._preparing = threading.Lock()
        self._mongo: PyMongo | None = None
        self._collections: dict[str, Collection[Document]] = {}
        self._prepared = False

    def __getitem__(self, name: str) -> Collection[Document]:
        """Return the collection called `name`, connecting this process if it is not yet.

        Raises:
            DatabaseUnavailable: when there is no database to connect to.
        """
        collection = self._collections.get(name)
        if collection is None:
            self.prepare()
            collection = self._collections[name] = self._database()[name]
        return collection

    def prepare(self) -> None:
        """Connect, and make the indexes, once per process; cheap ever after.

        Raises:
            DatabaseUnavailable: when they cannot be made; the message says why.
            PyMongoError: when the database does not answer.
        """
        if self._prepared:
            return
        self.ping()  # a dead database fails all waiting requests at once, not one after the other
        with self._preparing:
            if not self._prepared:
                self.ensure_indexes()
                self._prepared = True

    def ensure_indexes(self) -> list[str]:
        """Create the indexes that are missing; say which there are now, as `collection.name`.

        Raises:
            DatabaseUnavailable: on duplicates, missing rights or an index of other options.
        """
        with self._building() as interrupted:
            if interrupted:
                self._drop_indexes()
            return [self._ensure(index) for index in self._indexes]

    def missing_indexes(self) -> list[str]:
        """Name the indexes that are not there, as `collection.name`."""
        return [
            f"{index.collection}.{index.name}"
            for index in self._indexes
            if index.name not in self._database()[index.collection].index_information()
        ]

    def ping(self) -> None:
        """Ask the server for a sign of life.

        Raises:
            PyMongoError: when none comes in time.
        """
        self._database().client.admin.command("ping")

    def close(self) -> None:
        """Close this process's client; the next use opens another."""
        mongo = self._mongo
        self._forget_client()
        if mongo is not None and mongo.cx is not None:
            mongo.cx.close()

    def _reopen_if_moved(self, opened: str) -> None:
        """Ask for the address of a lost server: the embedded one is revived, and may have moved."""
        try:
            moved = self._uri() != opened
        except DatabaseUnavailable as error:
            _log.error("%s", error)
            return
        if moved:
            self._forget_client()

    def _ensure(self, index: Index) -> str:
        label = f"{index.collection}.{index.name}"
        try:
            self._database()[index.collection].create_index(list(index.keys), **index.options)
        except ConnectionFailure:
            raise
        except OperationFailure as failure:
            raise DatabaseUnavailable(_why_no_index(label, failure)) from failure
        return label

    def _drop_indexes(self) -> None:
        _log.warning("the last making of indexes was interrupted: making them again")
        for name in {index.collection for index in self._indexes}:
            self._database()[name].drop_indexes()

    def _database(self) -> Any:  # noqa: ANN401 - Flask-PyMongo's own class
        mongo = self._connect()
        if mongo.cx is None:
            raise DatabaseUnavailable("MONGO_URI is not set")
        if self._name is None and mongo.db is not None:
            return mongo.db
        return mongo.cx[self._name or DEFAULT_NAME]

    def _connect(self) -> PyMongo:
        with self._lock:
            if self._mongo is None:
                self._mongo = self._open()
            return self._mongo

    def _open(self) -> PyMongo:
        # Flask-PyMongo gives the app it meets a BSON flavour of JSON; it meets one of its own here,
        # so that the answers of ours stay plain JSON.
        uri = self._uri()
        try:
            return PyMongo(
                Flask(__name__),
                uri,
                event_listeners=[_Watch(lambda: self._reopen_if_moved(uri))],
                tz_aware=True,
                w="majority",
                journal=True,
                serverSelectionTimeoutMS=self._timeout_ms,
                connectTimeoutMS=self._timeout_ms,
                timeoutMS=self._timeout_ms,
            )
        except ConfigurationError as error:
            raise DatabaseUnavailable(f"MONGO_URI cannot be used: {type(error).__name__}") from None


class _Watch(ServerHeartbeatListener):
    """Reports a server that does not answer the client's own heartbeat."""

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost

    def started(self, event: ServerHeartbeatStartedEvent) -> None:
        pass

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        pass

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        self._lost()


def uri_problem(uri: str) -> str | None:
    """Say what is wrong with a connection string, without repeating any of it, or return None.

    The hosts of a `mongodb+srv` string stand in the DNS, which is asked at the first use only.
    """
    if uri.startswith("mongodb+srv://"):
        return None
    try:
        parse_uri(uri)
    except (ConfigurationError, ValueError):
        return (
            "is not a valid connection string; it looks like mongodb://user:password@host/database,"
            " with special characters in user and password percent-encoded"
        )
    return None


@contextmanager
def _plain_building() -> Iterator[bool]:
    yield False


def _why_no_index(label: str, failure: OperationFailure) -> str:
    reasons = {
        11000: "the collection holds duplicates; remove them, then run `flask db ensure-indexes`",
        13: "the database user may not create indexes; grant readWrite on this database",
        85: "an index of the same keys with other options exists; drop it first",
        86: "an index of the same name with other keys exists; drop it first",
    }
    why = reasons.get(failure.code or 0, str(failure.details or failure))
    return f"The index {label} could not be created: {why}."
