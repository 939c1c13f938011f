"""Clients of `examples/python_client.py`, with time at their command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from examples.python_client import AuthClient, Memory, Store, TokenFile
from tests.support.actors import PASSWORD, fresh_name

New = Callable[..., AuthClient]


@pytest.fixture
def waits() -> list[float]:
    """How long the clients of this test would have slept."""
    return []


@pytest.fixture
def new(waits: list[float]) -> Iterator[New]:
    """Make clients that note down their waits instead of sleeping."""
    with ExitStack() as stack:

        def make(base_url: str, store: Store | None = None) -> AuthClient:
            client = AuthClient(base_url, store, sleep=waits.append)
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each place where a login may rest."""
    return Memory() if request.param == "memory" else TokenFile(tmp_path / "tokens.json")


def joined(client: AuthClient) -> str:
    """Register and log in; return the name."""
    name = fresh_name()
    client.register(name, PASSWORD)
    client.log_in(name, PASSWORD)
    return name


def greeting(client: AuthClient) -> str:
    """Open the protected resource and return what it says."""
    message: str = client.request("GET", "/protected").json()["message"]
    return message
