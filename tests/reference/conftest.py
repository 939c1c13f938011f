"""The description of the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.actors import Visitor


@pytest.fixture
def description(visitor: Visitor) -> dict[str, Any]:
    """What `/openapi.json` says."""
    answer = visitor.send("GET", "/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    described: dict[str, Any] = answer.json()
    return described
