"""Ratios between contenders, each within a round, since both then met the same machine."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
"""One measurement: `round`, `endpoint`, `contender`, figures and `errors`."""


@dataclass(frozen=True)
class Spread:
    """The median of some numbers, the least and the greatest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        """Return the spread of at least one number."""
        return cls(statistics.median(numbers), min(numbers), max(numbers))


@dataclass(frozen=True)
class Comparison:
    """What is compared with what, and what it should be.

    Attributes:
        key: `endpoint` of the measurements, or a part of them such as `pss`.
        ours: the contender above the line.
        other: the contender below it.
        target: the least ratio that meets the goal; None where there is none.
        figure: which figure is divided.
    """

    key: str
    ours: str
    other: str
    target: float | None = None
    figure: str = "rate"


@dataclass(frozen=True)
class Outcome:
    """A comparison's result.

    Attributes:
        comparison: what was compared.
        spread: the ratios' spread; None when no round has both.
        ours: the median figure above the line.
        other: the median figure below it.
        rounds: how many rounds count.
        errors: how many answers of the two contenders were not the expected ones.
        void: in how many more rounds one of the two got no answer at all: they do not count.
        busy: the part of their cores that the contenders used; None if nobody looked.
        core_ms: the milliseconds of a core that a request took them, of the same rounds.
    """

    comparison: Comparison
    spread: Spread | None
    ours: float
    other: float
    rounds: int
    errors: int
    busy: tuple[float, float] | None = None
    core_ms: tuple[float, float] | None = None
    void: int = 0

    @property
    def verdict(self) -> str:
        """`met`, `not met`, or why there is none."""
        if self.errors:
            return f"void: {self.errors} errors"
        if self.void >= max(1, self.rounds):
            return f"void: no answer in {self.void} of {self.void + self.rounds} rounds"
        if self.spread is None:
            return "not measured"
        if self.comparison.target is None:
            return ""
        return "met" if self.spread.median >= self.comparison.target else "not met"


def outcome(rows: Sequence[Row], comparison: Comparison) -> Outcome:
    """Compare two contenders by the median of their ratios in each round."""
    above, below = (
        {row["round"]: row for row in rows if _is(row, comparison.key, contender)}
        for contender in (comparison.ours, comparison.other)
    )
    whole = above.keys() & below.keys()
    both = sorted(n for n in whole if not _is_unanswered(above[n]) | _is_unanswered(below[n]))
    figure = comparison.figure
    ratios = [
        above[number][figure] / below[number][figure] for number in both if below[number][figure]
    ]
    pairs = [row for number in both for row in (above[number], below[number])]
    return Outcome(
        comparison,
        Spread.of(ratios) if ratios else None,
        statistics.median(above[number][figure] for number in both) if both else 0.0,
        statistics.median(below[number][figure] for number in both) if both else 0.0,
        len(both),
        sum(sum(row.get("errors", {}).values()) for row in pairs),
        _medians(pairs, "busy"),
        _medians(pairs, "core_ms"),
        len(whole) - len(both),
    )


def _is_unanswered(row: Row) -> bool:
    """Whether a database that stalled let no request end while it was measured."""
    return bool(row.get("errors", {}).get("unanswered"))


def _medians(pairs: Sequence[Row], key: str) -> tuple[float, float] | None:
    """Return the median of what is above the line and below it, each every other row."""
    above, below = (
        [row[key] for row in pairs[side::2] if row.get(key) is not None] for side in (0, 1)
    )
    return (statistics.median(above), statistics.median(below)) if above and below else None


def _is(row: Row, key: str, contender: str) -> bool:
    return bool(row["endpoint"] == key and row["contender"] == contender)
