"""Ratios are made within a round, and say when they are worth nothing."""

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
    """The goal itself is met."""
    assert compared((rate, 100), (rate, 100), (1, 100)).verdict == verdict


def test_a_comparison_without_a_goal_has_no_verdict() -> None:
    """It is there to be known."""
    found = outcome(
        [row(1, "ours", 1), row(1, "floor", 2)], Comparison("protected", "ours", "floor")
    )
    assert found.verdict == ""


def test_one_unexpected_answer_makes_the_comparison_void() -> None:
    """Whichever of the two it was."""
    found = outcome([row(1, "ours", 95), row(1, "floor", 100, unexpected=2)], GOAL)
    assert found.verdict == "void: 2 errors"


def test_a_round_without_an_answer_does_not_count_but_is_told() -> None:
    """What a stalled database did to one measurement says nothing about the others."""
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
    """Half of them is too few."""
    rows = [row(1, "ours", 95), row(1, "floor", 100)]
    rows += [row(2, "ours", 0, unanswered=1), row(2, "floor", 100)]
    assert outcome(rows, GOAL).verdict == "void: no answer in 1 of 2 rounds"


def test_a_round_that_lacks_one_of_the_two_does_not_count() -> None:
    """A run that was cut short leaves whole rounds to compare."""
    whole = [row(1, "ours", 95), row(1, "floor", 100)]
    found = outcome([*whole, row(2, "ours", 1), row(3, "floor", 1)], GOAL)
    assert found.rounds == 1
    assert found.verdict == "met"


def test_nothing_measured_is_said() -> None:
    """It is not a goal missed, and no error."""
    assert outcome([], GOAL).verdict == "not measured"
