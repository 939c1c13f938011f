"""Ratios between servers, each within a round, in which the machine's speed hardly changes."""

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
    """A ratio of two servers, and its goal.

    Attributes:
        key: the `endpoint` of the measurements.
        ours: the server in the numerator.
        other: the server in the denominator.
        target: the least ratio that meets the goal; None for no goal.
        figure: the member of the measurements that is compared.
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
        ours: the median figure of `ours`.
        other: the median figure of `other`.
        rounds: the number of rounds that count.
        errors: the number of unexpected answers of both servers.
        void: the number of rounds without any answer of one of them, which do not count.
        busy: the share of their cores that the servers used; None if it was not measured.
        core_ms: the milliseconds of a core for a request of each, in the same rounds.
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
