"""Only servers that do the same work are compared with a goal."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bench.contenders import (
    AUTHENTICATE,
    ENDPOINTS,
    OURS,
    PROTECTED,
    REFRESH,
    REGISTER,
    ROTATING,
)
from bench.groups import ALL, BEFORE, FLOORS, MEMORY, PEERS_GROUP, ROUNDS, SHARED, comparisons
from bench.layouts import TOGETHER, arranged
from bench.ratios import Comparison
from bench.rounds import takes_part
from bench.subjects import HashAlone

USERS = [1000, 1_000_000]


class Asked(HashAlone):
    """A subject that is never measured."""

    def __init__(self, endpoints: tuple[str, ...] = ENDPOINTS, rounds: int | None = None) -> None:
        super().__init__(arranged(TOGETHER, [0]))
        self.endpoints = endpoints
        self.rounds = rounds


def goals(group: str) -> dict[tuple[str, str], float]:
    """Return a group's goals, by request and by what ours is compared with."""
    return {
        (one.key, one.other): one.target
        for one in comparisons(group, USERS)
        if one.target is not None
    }


def test_the_floors_goals_are_judged_on_cores_of_ones_own() -> None:
    """On shared cores the same rows have no goal."""
    assert goals(FLOORS) == {
        (PROTECTED, "bare Flask"): 0.90,
        (REFRESH, "bare update"): 0.80,
        (AUTHENTICATE, "hash alone"): 0.95,
    }
    assert goals(SHARED) == {}
    assert lines(comparisons(SHARED, USERS)) == lines(comparisons(FLOORS, USERS))


def test_no_request_may_cost_more_than_at_an_earlier_commit() -> None:
    """A difference of 3 % is allowed for noise."""
    assert goals(BEFORE) == {
        (endpoint, "authapi, earlier"): 0.97 for endpoint in (PROTECTED, REFRESH, AUTHENTICATE)
    }


def lines(found: Sequence[Comparison]) -> list[tuple[str, str, str]]:
    """Return what is compared, without the goals."""
    return [(one.key, one.ours, one.other) for one in found]


def test_a_refresh_is_compared_with_one_that_rotates() -> None:
    """A peer whose refresh writes nothing is shown without a goal."""
    assert (REFRESH, OURS, "Flask-JWT-Extended") in lines(comparisons(PEERS_GROUP, USERS))
    assert (REFRESH, "Flask-JWT-Extended") not in goals(PEERS_GROUP)
    assert goals(PEERS_GROUP)[REFRESH, ROTATING] == 1.0


def test_a_peer_that_only_refreshes_is_compared_for_nothing_else() -> None:
    """It is a variant of another peer, which has the other figures."""
    assert {one.key for one in comparisons(PEERS_GROUP, USERS) if one.other == ROTATING} == {
        REFRESH
    }
    assert ROTATING not in {one.ours for one in comparisons(MEMORY, USERS)}


@pytest.mark.parametrize(
    ("asked", "endpoint", "expected"),
    [
        (Asked(), AUTHENTICATE, [1, 2, 3, 4, 5, 6, 7]),
        (Asked(), PROTECTED, [1, 2, 3, 4, 5]),
        (Asked(rounds=2), REGISTER, [1, 2]),
        (Asked(endpoints=(REFRESH,)), REGISTER, []),
    ],
)
def test_rounds_go_where_figures_are_few(asked: Asked, endpoint: str, expected: list[int]) -> None:
    """Fast endpoints and peers' own hashes need fewer rounds."""
    assert [n for n in range(1, 8) if takes_part(asked, endpoint, n)] == expected


def test_every_group_has_a_number_of_rounds() -> None:
    """The groups with goals have the most rounds."""
    assert set(ROUNDS) == {BEFORE, *ALL}
    assert max(ROUNDS.values()) == ROUNDS[FLOORS]
