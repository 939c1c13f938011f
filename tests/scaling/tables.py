"""The tables of `docs/scaling.md`."""

from __future__ import annotations

import re

from tests.support.servers import ROOT

TEXT = (ROOT / "docs" / "scaling.md").read_text()


def table(head: str) -> list[list[str]]:
    """Return the rows of the table whose head begins with the cell `head`."""
    _, found, rest = TEXT.partition(f"\n| {head} |")
    assert found, f"no table begins with {head}"
    rows = []
    for line in rest.splitlines()[2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def numbers(head: str) -> dict[str, float]:
    """Return a table of two columns, the second of them numbers."""
    return {name: float(value) for name, value in table(head)}


def documented_commands() -> dict[str, list[str]]:
    """Return each request with the commands that it costs."""
    return {
        request.replace("`", ""): [] if commands == "none" else commands.split(" · ")
        for request, commands in table("request")
    }


def per_core(name: str) -> float:
    """Return the milliseconds of a core that a login, a refresh or a request costs."""
    found = re.search(rf"{name}[^.;]*? (\d+(?:\.\d+)?) ms", TEXT.replace("\n", " "))
    assert found, name
    return float(found.group(1))
