"""Services that the contract needs besides the usual one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from authapi.settings import DEVELOPMENT, Settings
from tests.support.actors import Visitor
from tests.support.apps import served


@pytest.fixture(scope="module")
def newcomer(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Someone who tries a development server with an empty database."""
    development = replace(
        settings,
        environment=DEVELOPMENT,
        jwt_secret=None,
        cors_origins=(),
        mongo_database=f"test_{secrets.token_hex(6)}",
        instance=Path(tmp_path_factory.mktemp("instance")),
    )
    with served(development) as visitor:
        yield visitor
