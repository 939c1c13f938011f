"""`redocly lint` with its recommended rules."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers import ROOT
from tests.support.tools import node
from tests.support.waiting import LONGEST

LINT = ROOT / "tests" / "reference" / "typescript" / "lint.js"
IN_THE_OPEN = "operation-4xx-response"
"""It misses a 4xx where there is none: at `/healthz`, the keys, and what else is for everybody."""


def errors(description: dict[str, Any], folder: Path) -> list[dict[str, str]]:
    """Return what is wrong with a description."""
    (folder / "openapi.json").write_text(json.dumps(description))
    done = subprocess.run(
        [node(), LINT, folder / "openapi.json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)
    return [problem for problem in found if problem["rule"] != IN_THE_OPEN]


def test_it_finds_nothing(description: dict[str, Any], tmp_path: Path) -> None:
    """It reports no error, and only one known warning."""
    assert errors(description, tmp_path) == []


@pytest.mark.parametrize("member", ["security", "summary", "operationId"])
def test_it_would_find_something(description: dict[str, Any], tmp_path: Path, member: str) -> None:
    """The check above can fail."""
    del description["paths"]["/register"]["post"][member]
    assert errors(description, tmp_path)
