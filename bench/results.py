"""The file of results, with the last measurement of each group."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.ratios import Row

Results = dict[str, Any]


def read(file: Path) -> Results:
    """Return the content of the file; no groups if it does not exist."""
    if not file.exists():
        return {"groups": {}}
    found: Results = json.loads(file.read_text())
    return found


def keep(file: Path, group: str, rows: Sequence[Row], circumstances: dict[str, Any]) -> None:
    """Put a group's rows in the place of what it had; the other groups stay.

    Args:
        file: the file of results.
        group: which group.
        rows: every measurement so far.
        circumstances: `machine`, `versions` and `options` of this run.
    """
    results = read(file)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    results["groups"][group] = {"date": now, **circumstances, "rows": list(rows)}
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(results, indent=1) + "\n")
    draft.replace(file)
