"""The file in which `examples/python_client.py` keeps a login."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from examples.python_client import TokenFile
from tests.examples.python_client.conftest import New, greeting, joined
from tests.extension.gate import Gate
from tests.support.clock import MovedClock
from tests.support.servers import ServerProcess


def test_the_file_is_for_its_owner_only(
    gate: Gate, clock: MovedClock, new: New, tmp_path: Path
) -> None:
    """0600 from the first byte and after a refresh, and no half-written file beside it."""
    path = tmp_path / "tokens.json"
    client = new(gate.address, TokenFile(path))
    joined(client)
    first = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    clock.move(minutes=16)
    greeting(client)
    assert path.read_text() != first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {entry.name for entry in tmp_path.iterdir()} == {"tokens.json", "tokens.json.lock"}


@pytest.mark.parametrize("content", ["", "not JSON", "[]", json.dumps({"access_token": "a"})])
def test_a_file_that_holds_something_else(
    server: ServerProcess, new: New, tmp_path: Path, content: str
) -> None:
    """It is named, and left as it is."""
    path = tmp_path / "tokens.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"tokens\.json holds no login; delete it"):
        greeting(new(server.base_url, TokenFile(path)))
    assert path.read_text() == content
