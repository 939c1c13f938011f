"""Most logins are of users who logged in from the same address before."""

from __future__ import annotations

from bench.logins import REGULARS, everybody, regulars
from bench.population import address

CONNECTIONS = 16


def test_every_contender_has_the_same_regulars() -> None:
    """The regular users are the same for every server."""
    assert regulars(1000) == regulars(1000)
    assert len(set(regulars(1_000_000))) == REGULARS


def test_nine_of_ten_logins_are_of_regulars() -> None:
    """Every tenth login is of any user."""
    known = regulars(1_000_000)
    logins = everybody(known, 1_000_000)
    assert 0.9 <= sum(user in known for user in logins) / len(logins) < 0.91
    assert set(known) <= set(logins)


def test_no_regular_logs_in_twice_at_the_same_time() -> None:
    """Logins of one account take turns, which is not to be measured."""
    known = regulars(1_000_000)
    logins = [user for user in everybody(known, 1_000_000) if user in set(known)]
    for place in range(len(logins) - CONNECTIONS):
        assert len(set(logins[place : place + CONNECTIONS])) == CONNECTIONS


def test_few_users_are_all_regulars() -> None:
    """A small database works as well."""
    assert sorted(regulars(40)) == list(range(40))


def test_a_user_has_one_address_and_nobody_elses() -> None:
    """Each user has a different address."""
    addresses = {address(number) for number in range(0, 1_000_000, 997)}
    assert len(addresses) == len(range(0, 1_000_000, 997))
    assert address(65_536 + 256 + 1) == "10.1.1.1"
