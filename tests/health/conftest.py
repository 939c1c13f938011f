"""A service whose database is away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from authapi.core.secrets import Secret
from authapi.settings import Settings
from tests.support.actors import Visitor
from tests.support.apps import served
from tests.support.servers import free_port


@pytest.fixture(scope="module")
def stranded(settings: Settings) -> Iterator[Visitor]:
    """A visitor of it, with the usual timeout."""
    uri = Secret(f"mongodb://ann:hidden-password@127.0.0.1:{free_port()}/")
    with served(
        replace(settings, mongo_uri=uri, mongo_timeout_ms=Settings.mongo_timeout_ms)
    ) as visitor:
        yield visitor
