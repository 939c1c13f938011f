"""The tables of results are written into the page, between its markers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench import report, results
from bench.groups import ALL, FLOORS
from bench.layouts import APART, arranged
from bench.places import PAGE

CIRCUMSTANCES: dict[str, Any] = {
    "machine": {
        "processor": "A processor",
        "cores": 2,
        "memory_gib": 8.0,
        "system": "Linux",
        "commit": "c0ffee0",
    },
    "versions": {"python": "3.11.0"},
    "options": {"rounds": 1, "seconds": 3.0, "warm_up": 1.0, "users": [1000]},
}


def row(contender: str, rate: float, errors: int = 0) -> dict[str, Any]:
    """Return a measurement of `/protected`."""
    counted = {"unexpected": errors} if errors else {}
    return {
        "round": 1,
        "endpoint": "protected",
        "contender": contender,
        "rate": rate,
        "errors": counted,
    }


def measured(tmp_path: Path, errors: int = 0) -> dict[str, Any]:
    """Return results that were kept in a file and read again."""
    file = tmp_path / "result.json"
    rows = [
        {**row("authapi", 950), "busy": 0.98, "core_ms": 1.03},
        {**row("bare Flask", 1000, errors), "busy": 0.996, "core_ms": 0.996},
    ]
    results.keep(file, FLOORS, rows, CIRCUMSTANCES)
    return results.read(file)


def test_a_table_has_the_ratio_its_spread_and_the_goal(tmp_path: Path) -> None:
    """Each row has the ratio, its spread, the goal and the verdict."""
    text = report.section(FLOORS, measured(tmp_path)["groups"][FLOORS])
    assert (
        "| `/protected` | authapi | bare Flask | 950 : 1,000 | 98% : 100% | 1.03 : 1.00 |" in text
    )
    assert "| **0.95** (0.95 to 0.95) | ≥ 0.90 | met |" in text


def test_results_from_before_cores_were_looked_at_have_a_table_too() -> None:
    """Older results without the use of cores can still be written."""
    rows = [row("authapi", 950), row("bare Flask", 1000)]
    text = report.section(FLOORS, {**CIRCUMSTANCES, "date": "2026-01-01", "rows": rows})
    assert "| 950 : 1,000 |  |  | **0.95** (0.95 to 0.95) |" in text


def test_a_section_says_who_had_which_cores() -> None:
    """Each section names the layout of its measurement."""
    options = {**CIRCUMSTANCES["options"], "layout": str(arranged(APART, [0, 1]))}
    group = {**CIRCUMSTANCES, "options": options, "date": "2026-01-01", "rows": [row("authapi", 1)]}
    assert "Apart: 1 process on 1 core, the database and wrk on 1 other." in report.section(
        FLOORS, group
    )


def test_unexpected_answers_are_said_above_the_table(tmp_path: Path) -> None:
    """The affected row is void."""
    text = report.section(FLOORS, measured(tmp_path, errors=4)["groups"][FLOORS])
    assert "**4 answers were not the expected ones.**" in text
    assert "void: 4 errors" in text


def test_a_stalled_measurement_is_said_above_the_table_and_in_the_line() -> None:
    """The other rounds still count."""
    rows = [
        {**row(contender, 100), "round": number}
        for number in (1, 2, 3)
        for contender in ("authapi", "bare WSGI")
    ]
    rows[0] |= {"rate": 0.0, "errors": {"unanswered": 1}}
    group = {**CIRCUMSTANCES, "date": "2026-01-01", "rows": rows}
    text = report.section(FLOORS, group)
    assert "**Measurements without an answer: 1.**" in text
    assert "| 1 of the rounds void |" in text


def test_a_group_measured_again_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    """The results of other groups are kept."""
    measured(tmp_path)
    results.keep(tmp_path / "result.json", "servers", [], CIRCUMSTANCES)
    assert set(results.read(tmp_path / "result.json")["groups"]) == {FLOORS, "servers"}


def test_writing_changes_what_is_between_the_markers_only() -> None:
    """Writing twice gives the same page."""
    page = "above\n<!-- bench:cold -->\nyesterday\n<!-- bench:cold end -->\nbelow\n"
    once = report.filled(page, "cold", "new | \\1")
    assert once == page.replace("yesterday", "new | \\1")
    assert report.filled(once, "cold", "new | \\1") == once


def test_a_page_without_markers_is_refused() -> None:
    """A missing marker is an error."""
    with pytest.raises(ValueError, match="bench:cold"):
        report.filled("no markers", "cold", "new")


@pytest.mark.parametrize("name", [*ALL, "machine"])
def test_the_page_has_a_place_for_every_group(name: str) -> None:
    """The page has markers for every group."""
    assert "the table" in report.filled(PAGE.read_text(), name, "the table")
