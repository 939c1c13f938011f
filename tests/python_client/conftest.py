"""Fixtures for the client in `clients/python`, against the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from authapi_client import AuthClient, FileStore, MemoryStore, Options, Store
from tests.examples.conftest import mailing, server  # noqa: F401 - fixtures
from tests.extension.gate import Gate
from tests.support.actors import PASSWORD, fresh_name
from tests.support.waiting import DEADLINE

New = Callable[..., AuthClient]


@pytest.fixture
def gate(base_url: str) -> Iterator[Gate]:
    """A proxy to the service that can lose answers."""
    gate = Gate(urlsplit(base_url).port or 80)
    gate.start()
    yield gate
    gate.reset(gate.upstream)
    gate.stop()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the client wait longer for a logout, on slow machines."""
    monkeypatch.setattr("authapi_client.session._LOGOUT_TIMEOUT", DEADLINE)


@pytest.fixture
def waits() -> list[float]:
    """The pauses of this test's clients, which are recorded instead of slept."""
    return []


@pytest.fixture
def new(waits: list[float]) -> Iterator[New]:
    """Make clients whose pauses are recorded."""
    with ExitStack() as stack:

        def make(base_url: str, store: Store | None = None, **options: Any) -> AuthClient:  # noqa: ANN401
            settings = Options(**{"sleep": waits.append, "timeout": DEADLINE, **options})
            return stack.enter_context(AuthClient(base_url, store, options=settings))

        yield make


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each kind of store."""
    return MemoryStore() if request.param == "memory" else FileStore(tmp_path / "tokens.json")


def joined(client: AuthClient) -> str:
    """Register and log in; return the name."""
    name = fresh_name()
    client.register(name, PASSWORD)
    client.authenticate(name, PASSWORD)
    return name


def greeting(client: AuthClient) -> str:
    """Request the protected resource and return its message."""
    message: str = client.request("GET", "/protected").json()["message"]
    return message
