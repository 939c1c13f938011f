"""Clients of `clients/python`, at a real service."""

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
    """A way to the service whose clock moves, on which answers can be lost."""
    gate = Gate(urlsplit(base_url).port or 80)
    gate.start()
    yield gate
    gate.reset(gate.upstream)
    gate.stop()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a busy machine be slow in answering a logout."""
    monkeypatch.setattr("authapi_client.session._LOGOUT_TIMEOUT", DEADLINE)


@pytest.fixture
def waits() -> list[float]:
    """How long the clients of this test would have slept."""
    return []


@pytest.fixture
def new(waits: list[float]) -> Iterator[New]:
    """Make clients that note down their waits instead of sleeping."""
    with ExitStack() as stack:

        def make(base_url: str, store: Store | None = None, **options: Any) -> AuthClient:  # noqa: ANN401
            settings = Options(**{"sleep": waits.append, "timeout": DEADLINE, **options})
            return stack.enter_context(AuthClient(base_url, store, options=settings))

        yield make


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each place where a login may rest."""
    return MemoryStore() if request.param == "memory" else FileStore(tmp_path / "tokens.json")


def joined(client: AuthClient) -> str:
    """Register and log in; return the name."""
    name = fresh_name()
    client.register(name, PASSWORD)
    client.authenticate(name, PASSWORD)
    return name


def greeting(client: AuthClient) -> str:
    """Open the protected resource and return what it says."""
    message: str = client.request("GET", "/protected").json()["message"]
    return message
