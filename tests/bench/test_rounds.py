"""Rounds are fair: nobody is always first."""

from __future__ import annotations

from bench.rounds import in_order_of_round

CONTENDERS = ["authapi", "bare Flask", "bare WSGI", "bare update", "hash alone"]


def test_every_contender_has_one_turn_in_each_round() -> None:
    """Whatever the order."""
    for number in range(1, 6):
        assert sorted(in_order_of_round(CONTENDERS, number)) == sorted(CONTENDERS)


def test_the_order_changes_from_round_to_round() -> None:
    """Who comes first meets another machine than who comes last."""
    firsts = {in_order_of_round(CONTENDERS, number)[0] for number in range(1, 6)}
    assert len(firsts) > 1


def test_a_round_has_the_same_order_in_every_run() -> None:
    """So that a run can be repeated."""
    assert in_order_of_round(CONTENDERS, 3) == in_order_of_round(CONTENDERS, 3)
