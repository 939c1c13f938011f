"""A server process for the examples."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.servers import ServerProcess, workers


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[ServerProcess]:
    """The service, as processes of its own."""
    with workers(environment, processes=2) as server:
        yield server
