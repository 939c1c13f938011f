"""The order of servers within rounds is fair."""

from __future__ import annotations

from bench.rounds import in_order_of_round

CONTENDERS = ["authapi", "bare Flask", "bare WSGI", "bare update", "hash alone"]


def test_every_contender_has_one_turn_in_each_round() -> None:
    """Each server is measured once in a round."""
    for number in range(1, 6):
        assert sorted(in_order_of_round(CONTENDERS, number)) == sorted(CONTENDERS)


def test_the_order_changes_from_round_to_round() -> None:
    """No server is always first or last."""
    firsts = {in_order_of_round(CONTENDERS, number)[0] for number in range(1, 6)}
    assert len(firsts) > 1


def test_a_round_has_the_same_order_in_every_run() -> None:
    """A run can be repeated in the same order."""
    assert in_order_of_round(CONTENDERS, 3) == in_order_of_round(CONTENDERS, 3)
