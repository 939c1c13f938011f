"""One process's copy of the revocations, with a database that counts reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from pymongo.collection import Collection
from pymongo.errors import ServerSelectionTimeoutError

from authapi import create_app
from authapi.core.identity import Identity
from authapi.database import Collections, Database, Document
from authapi.revocation.service import Revocations
from authapi.revocation.settings import RevocationSettings
from authapi.revocation.store import RevocationStore
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import Visitor
from tests.support.clock import MovedClock
from tests.support.servers import in_thread

LIFETIME = timedelta(minutes=15)


def lasting(minutes: float) -> RevocationSettings:
    """Return the default settings but for the life of an access token."""
    return RevocationSettings(access_token_expire_minutes=minutes)


SETTINGS = lasting(15)


class Counted:
    """Real collections that count how often they are asked for, and can be taken away."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections
        self.calls = 0
        self.away = False
        self.gate: Barrier | None = None

    def __getitem__(self, name: str) -> Collection[Document]:
        self.calls += 1
        if self.gate is not None and self.calls == 1:
            self.gate.wait()
        if self.away:
            raise ServerSelectionTimeoutError("away")
        return self._collections[name]


@pytest.fixture
def counted(collections: Collections) -> Counted:
    """The real database, counted."""
    return Counted(collections)


@pytest.fixture
def revocations(counted: Counted, clock: MovedClock) -> Revocations:
    """One process's view of the revocations."""
    return Revocations(RevocationStore(counted), SETTINGS, clock)


@pytest.fixture
def holder(clock: MovedClock) -> Callable[[str], Identity]:
    """Returns the identity of a token of a session, issued now."""

    def identity(session_id: str) -> Identity:
        now = clock()
        return Identity("ann", "u1", session_id, "t1", now, now + LIFETIME)

    return identity


@contextmanager
def serving(settings: Settings, **changes: Any) -> Iterator[Visitor]:  # noqa: ANN401
    """Serve with other settings, on the same database."""
    app = create_app(replace(settings, **changes))
    with in_thread(app) as url:
        visitor = Visitor(url)
        yield visitor
        visitor.close()
    services_of(app)[Database].close()
