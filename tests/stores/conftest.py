"""The stores on both kinds of database: the mock, which is quick, and the real one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import mongomock
import pytest

from authapi.accounts.models import User
from authapi.accounts.store import UserStore
from authapi.database import Collections, Database, Index
from authapi.sessions.models import Session
from authapi.sessions.store import SessionStore
from authapi.settings import Settings
from authapi.wiring import build_database
from authapi.wiring.rooms import collections_of

NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2030, 7, 1, tzinfo=UTC)


def indexes_of(settings: Settings) -> list[Index]:
    """Return the indexes that a service of these settings needs."""
    return [index for each in collections_of(settings) for index in each.indexes]


def a_user(name_key: str = "") -> User:
    """Return a user whom no store knows."""
    number = secrets.token_hex(12)
    return User(number, number, name_key or number, "$argon2id$1", NOW)


def a_session() -> Session:
    """Return a session that no store knows."""
    return Session(secrets.token_hex(12), "somebody", 0, NOW, NOW, LATER)


@pytest.fixture(scope="session")
def mock(settings: Settings) -> Collections:
    """A database in memory, with the service's indexes."""
    database: Collections = mongomock.MongoClient(tz_aware=True)["test"]
    for index in indexes_of(settings):
        database[index.collection].create_index(list(index.keys), **index.options)
    return database


@pytest.fixture(params=["mock", "collections"])
def backend(request: pytest.FixtureRequest) -> Collections:
    """Each of the two databases in turn."""
    backend: Collections = request.getfixturevalue(request.param)
    return backend


@pytest.fixture
def users(backend: Collections) -> UserStore:
    """The users, on either database."""
    return UserStore(backend)


@pytest.fixture
def sessions(backend: Collections) -> SessionStore:
    """The sessions, on either database."""
    return SessionStore(backend)


@pytest.fixture
def empty(settings: Settings) -> Iterator[Database]:
    """A real database with nothing in it, not even an index."""
    database = build_database(replace(settings, mongo_database=f"empty_{secrets.token_hex(6)}"))
    yield database
    database._database().client.drop_database(database._database().name)
    database.close()
