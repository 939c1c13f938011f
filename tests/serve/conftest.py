"""A production server, and somebody who uses it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.actors import Visitor
from tests.support.servers import ServerProcess, served_by_us


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[ServerProcess]:
    """Two worker processes, for tests that leave them as they were."""
    with served_by_us(environment) as server:
        yield server


@pytest.fixture
def guest(server: ServerProcess) -> Iterator[Visitor]:
    """Someone who uses it."""
    guest = Visitor(server.base_url)
    yield guest
    guest.close()
