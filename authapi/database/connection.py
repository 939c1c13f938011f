"""The connection to MongoDB: one client per process, through Flask-PyMongo, opened at first use."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import pymongo
from flask import Flask
from flask_pymongo import PyMongo
from pymongo.collection import Collection
from pymongo.errors import ConfigurationError

from authapi.core.clock import utc_now
from authapi.core.forks import after_fork_in_child
from authapi.database import indexes
from authapi.database.collection import BoundedCollection, Document
from authapi.database.deadline import Deadlines, without_an_end
from authapi.database.errors import DatabaseUnavailable
from authapi.database.heartbeats import HeartbeatMonitor, ServerTime
from authapi.database.indexes import Index
from authapi.database.uri import why_unusable

DEFAULT_NAME = "authapi"
_log = logging.getLogger("authapi.database")


class Collections(Protocol):
    """What a store needs of a database: its collections by name."""

    def __getitem__(self, name: str) -> Collection[Document]:
        """Return the collection called `name`."""
        ...


class Database:
    """Collections by name; each process has its own client.

    Nothing connects before the first use, and a forked child opens its own client.

    Args:
        uri: returns the connection string; called when a process opens its client, and again
            when the server is lost.
        name: the database's name; None means the one in the connection string, else "authapi".
        timeout_ms: how long finding the server, and each operation, may take at the most. All
            operations of a request together may take a quarter more.
        indexes: what `ensure_indexes` makes.
        building: a block to make indexes in; yields True when an earlier run was interrupted, and
            the indexes must be dropped first.
    """

    def __init__(
        self,
        uri: Callable[[], str],
        name: str | None,
        timeout_ms: int,
        indexes: Sequence[Index],
        building: Callable[[], AbstractContextManager[bool]] | None = None,
    ) -> None:
        self._uri = uri
        self._name = name
        self._timeout_ms = timeout_ms
        self.deadlines = Deadlines(timeout_ms / 1000)
        self._indexes = indexes
        self._building = building or _plain_building
        self.server_time = ServerTime(utc_now)
        self._inherited: PyMongo | None = None
        self._forget_client()
        after_fork_in_child(self._leave_client_to_parent)

    def _leave_client_to_parent(self) -> None:
        # Kept, never used: to close it here would close the parent's connections.
        self._inherited = self._mongo
        self._forget_client()

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
            collection = BoundedCollection(self._database(), name, self.deadlines)
            self._collections[name] = collection
        return collection

    def prepare(self) -> None:
        """Connect, and make the indexes, once per process; cheap ever after.

        Raises:
            DatabaseUnavailable: when they cannot be made; the message says why.
            PyMongoError: when the database does not answer.
        """
        if self._prepared:
            return
        self.deadlines.run(self._prepare)

    def _prepare(self) -> None:
        self.ping()  # so that all waiting requests fail at once, not one after the other
        if not self._preparing.acquire(timeout=self._timeout_ms / 1000):
            raise DatabaseUnavailable("The indexes are still being made.")
        try:
            if not self._prepared:
                self.ensure_indexes()
                self._prepared = True
        finally:
            self._preparing.release()

    def ensure_indexes(self, *, unbounded: bool = False) -> list[str]:
        """Create the indexes that are missing; say which there are now, as `collection.name`.

        Args:
            unbounded: take as long as a large collection needs, not what a request may take.

        Raises:
            ForeignDocuments: when a collection holds another program's documents.
            DatabaseUnavailable: on duplicates, missing rights or an index of other options.
        """
        self._connect()
        limit = without_an_end() if unbounded else pymongo.timeout(self._timeout_ms / 1000)
        with limit:
            indexes.refuse_foreign_documents(self._database(), self._indexes)
            with self._building() as interrupted:
                if interrupted:
                    indexes.drop(self._database(), self._indexes)
                return [indexes.ensure(self._database(), index) for index in self._indexes]

    @property
    def unprepared(self) -> Collections:
        """The collections for what mends them: no index is made, no document refused."""
        return self._database()  # type: ignore[no-any-return]

    def missing_indexes(self) -> list[str]:
        """Name the indexes that are not there, as `collection.name`."""
        return indexes.missing(self._database(), self._indexes)

    @property
    def name(self) -> str:
        """Return the database's name."""
        return str(self._database().name)

    def names_of_collections(self) -> list[str]:
        """Return the names of the collections that are there."""
        names: list[str] = self._database().list_collection_names()
        return names

    def ping(self) -> None:
        """Ask the server to answer.

        Raises:
            PyMongoError: when it does not in time.
        """
        self.deadlines.run(lambda: self._database().client.admin.command("ping"))

    def close(self) -> None:
        """Close this process's client; the next use opens another."""
        mongo = self._mongo
        self._forget_client()
        if mongo is not None and mongo.cx is not None:
            mongo.cx.close()

    def _reopen_if_moved(self, opened: str) -> None:
        """Ask again for the address of a lost server: the embedded one may have another port."""
        try:
            moved = self._uri() != opened
        except DatabaseUnavailable as error:
            _log.error("%s", error)
            return
        if moved:
            self._forget_client()

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
        # Flask-PyMongo replaces the JSON provider of the app that it is given. So it gets an app of
        # its own, and our answers stay plain JSON.
        uri = self._uri()
        try:
            return PyMongo(
                Flask(__name__),
                uri,
                event_listeners=[
                    HeartbeatMonitor(lambda: self._reopen_if_moved(uri)),
                    self.server_time,
                ],
                tz_aware=True,
                w="majority",
                journal=True,
                readPreference="primary",
                serverSelectionTimeoutMS=self._timeout_ms,
                connectTimeoutMS=self._timeout_ms,
                timeoutMS=self._timeout_ms,
            )
        except ConfigurationError as error:
            raise DatabaseUnavailable(f"MONGO_URI cannot be used: {why_unusable(error)}") from None


@contextmanager
def _plain_building() -> Iterator[bool]:
    yield False
