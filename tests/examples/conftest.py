"""A server process for the examples."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.extension.gate import Gate
from tests.support.servers import ServerProcess, workers


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[ServerProcess]:
    """The service, as processes of its own."""
    with workers(environment, processes=2) as server:
        yield server


@pytest.fixture
def gate(base_url: str) -> Iterator[Gate]:
    """A way to the service whose clock moves, on which answers can be lost."""
    gate = Gate(urlsplit(base_url).port or 80)
    gate.start()
    yield gate
    gate.reset(gate.upstream)
    gate.stop()
