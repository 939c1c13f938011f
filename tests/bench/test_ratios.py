"""Ratios within a round, and when they are void."""

from __future__ import annotations

import pytest

from bench.ratios import Comparison, Outcome, Row, Spread, outcome

GOAL = Comparison("protected", "ours", "floor", 0.9)


def row(number: int, contender: str, rate: float, **errors: int) -> Row:
    """Return a measurement."""
    return {
        "round": number,
        "endpoint": "protected",
        "contender": contender,
        "rate": rate,
        "errors": errors,
    }


def compared(*rates: tuple[float, float]) -> Outcome:
    """Return the outcome of rounds with these rates, ours and the floor's."""
    rows = [
        row(number, contender, rate)
        for number, pair in enumerate(rates, 1)
        for contender, rate in zip(("ours", "floor"), pair, strict=True)
    ]
    return outcome(rows, GOAL)


def test_a_ratio_is_made_within_a_round() -> None:
    """A round on a slow machine counts like one on a quick machine."""
    found = compared((90, 100), (9, 10), (500, 1000))
    assert found.spread == Spread(0.9, 0.5, 0.9)
    assert found.rounds == 3


@pytest.mark.parametrize(("rate", "verdict"), [(90, "met"), (89, "not met"), (120, "met")])
def test_the_goal_is_judged_by_the_median(rate: float, verdict: str) -> None:
    """A median equal to the goal meets it."""
    assert compared((rate, 100), (rate, 100), (1, 100)).verdict == verdict


def test_a_comparison_without_a_goal_has_no_verdict() -> None:
    """Its figures are shown only."""
    found = outcome(
        [row(1, "ours", 1), row(1, "floor", 2)], Comparison("protected", "ours", "floor")
    )
    assert found.verdict == ""


def test_one_unexpected_answer_makes_the_comparison_void() -> None:
    """An unexpected answer of either server is enough."""
    found = outcome([row(1, "ours", 95), row(1, "floor", 100, unexpected=2)], GOAL)
    assert found.verdict == "void: 2 errors"


def test_a_round_without_an_answer_does_not_count_but_is_told() -> None:
    """A stalled database in one round does not affect the others."""
    answered = [
        row(number, contender, rate)
        for number in (1, 2)
        for contender, rate in (("ours", 95), ("floor", 100))
    ]
    stalled = [row(3, "ours", 0, unanswered=1), row(3, "floor", 100)]
    found = outcome([*answered, *stalled], GOAL)
    assert found.spread == Spread(0.95, 0.95, 0.95)
    assert (found.verdict, found.rounds, found.void) == ("met", 2, 1)


def test_too_few_answered_rounds_are_no_comparison() -> None:
    """With half of the rounds unanswered the comparison is void."""
    rows = [row(1, "ours", 95), row(1, "floor", 100)]
    rows += [row(2, "ours", 0, unanswered=1), row(2, "floor", 100)]
    assert outcome(rows, GOAL).verdict == "void: no answer in 1 of 2 rounds"


def test_a_round_that_lacks_one_of_the_two_does_not_count() -> None:
    """An interrupted run is compared by its complete rounds."""
    whole = [row(1, "ours", 95), row(1, "floor", 100)]
    found = outcome([*whole, row(2, "ours", 1), row(3, "floor", 1)], GOAL)
    assert found.rounds == 1
    assert found.verdict == "met"


def test_nothing_measured_is_said() -> None:
    """The verdict is "not measured", not a missed goal."""
    assert outcome([], GOAL).verdict == "not measured"
