"""The tables: `python -m bench.report` prints them and writes them into `docs/performance.md`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import results
from bench.groups import (
    ALL,
    BEFORE,
    COLD,
    FLOORS,
    MEMORY,
    PEERS_GROUP,
    SERVERS,
    SHARED,
    SIZES,
    comparisons,
)
from bench.places import PAGE, RESULT
from bench.ratios import Outcome, Row, outcome

TITLES = {
    BEFORE: "Beside itself, earlier",
    FLOORS: "Against the floor",
    SHARED: "On shared cores",
    SIZES: "With many users",
    PEERS_GROUP: "Beside others",
    SERVERS: "On other servers",
    MEMORY: "Memory of a worker",
    COLD: "Cold start",
}


def outcomes(name: str, group: dict[str, Any]) -> list[Outcome]:
    """Return the outcomes of a group's comparisons."""
    rows: list[Row] = group["rows"]
    users = group["options"]["users"]
    return [outcome(rows, comparison) for comparison in comparisons(name, users)]


def table(name: str, group: dict[str, Any]) -> str:
    """Return a group's table in Markdown."""
    found = [one for one in outcomes(name, group) if one.spread or one.errors or one.void]
    if name in (MEMORY, COLD):
        unit, digits = ("MiB", 1) if name == MEMORY else ("s", 2)
        header = ["", "what", "figure", unit, "bare Flask", "ratio (least to most)"]
        lines = [_plain_line(one, digits) for one in found]
    else:
        header = ["request", "above", "below", "a second", "busy", "core ms"]
        header += ["ratio (least to most)", "goal", ""]
        lines = [_line(one) for one in found]
    return "\n".join([_row(header), _row(["---"] * len(header)), *map(_row, lines)])


def _line(one: Outcome) -> list[str]:
    compared = one.comparison
    return [
        f"`/{compared.key}`",
        compared.ours,
        compared.other,
        f"{_figure(one.ours)} : {_figure(one.other)}",
        "" if one.busy is None else f"{one.busy[0]:.0%} : {one.busy[1]:.0%}",
        "" if one.core_ms is None else f"{one.core_ms[0]:.2f} : {one.core_ms[1]:.2f}",
        _ratio(one),
        "" if compared.target is None else f"≥ {compared.target:.2f}",
        _verdict(one),
    ]


def _verdict(one: Outcome) -> str:
    if not one.void or one.verdict.startswith("void"):
        return one.verdict
    return ", ".join(filter(None, [one.verdict, f"{one.void} of the rounds void"]))


def _plain_line(one: Outcome, digits: int) -> list[str]:
    compared = one.comparison
    return [
        compared.ours,
        compared.key,
        compared.figure,
        f"{one.ours:.{digits}f}",
        f"{one.other:.{digits}f}",
        _ratio(one),
    ]


def _figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _ratio(one: Outcome) -> str:
    if one.spread is None:
        return "none"
    return f"**{one.spread.median:.2f}** ({one.spread.low:.2f} to {one.spread.high:.2f})"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def section(name: str, group: dict[str, Any]) -> str:
    """Return a group's part of the page: when and how it was measured, and the table."""
    options, machine = group["options"], group["machine"]
    rounds = len({row["round"] for row in group["rows"]})
    how = f"{rounds} rounds" + (f" of {options['seconds']:g} s each" if name != COLD else "")
    where = f" {one}." if (one := options.get("layout", "").capitalize()) else ""
    when = f"{group['date'][:10]}, commit {machine['commit']}, {how}.{where}"
    return f"{when}{_loudly(group['rows'])}\n\n{table(name, group)}"


def _loudly(rows: Sequence[Row]) -> str:
    """Return a list of the errors, which stands above the table."""
    unanswered = sum(row.get("errors", {}).get("unanswered", 0) for row in rows)
    errors = sum(sum(row.get("errors", {}).values()) for row in rows) - unanswered
    said = f" **{errors} answers were not the expected ones.**" if errors else ""
    return said + (f" **Measurements without an answer: {unanswered}.**" if unanswered else "")


def about(groups: dict[str, Any]) -> str:
    """Return the machine and the versions of the newest measurement."""
    newest = max(groups.values(), key=lambda group: str(group["date"]))
    machine, versions = newest["machine"], newest["versions"]
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB,"
        f" {machine['system']}.\n\nVersions: {listed}."
    )


def filled(page: str, name: str, text: str) -> str:
    """Return the page with `text` between the markers of `name`.

    Raises:
        ValueError: when the page has no such markers.
    """
    begin, end = f"<!-- bench:{name} -->", f"<!-- bench:{name} end -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"the page has no markers {begin} … {end}")
    return pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page)


def write(found: dict[str, Any], page: Path) -> None:
    """Put every measured group's table into the page."""
    text = page.read_text()
    for name, group in found["groups"].items():
        text = filled(text, name, section(name, group))
    page.write_text(filled(text, "machine", about(found["groups"])))


def show(found: dict[str, Any], names: Sequence[str], say: Callable[[str], None]) -> None:
    """Print the tables of these groups."""
    for name in names:
        if name in found["groups"]:
            say(f"\n{TITLES[name]}: {section(name, found['groups'][name])}")


def main() -> None:
    """Print and write the stored results."""
    found = results.read(RESULT)
    show(found, ALL, print)
    write(found, PAGE)


if __name__ == "__main__":
    main()
