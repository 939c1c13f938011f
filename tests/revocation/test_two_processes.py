"""Revocations reach other server processes through the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from tests.support.actors import Visitor, error_code
from tests.support.servers import workers
from tests.support.staleness import seconds_accepted

DEAD = (401, "invalid_token")


@pytest.fixture(scope="module")
def two_servers(environment: Mapping[str, str]) -> Iterator[tuple[Visitor, Visitor]]:
    """Visitors of two servers, each a process of its own."""
    with ExitStack() as stack:
        visitors = [
            Visitor(stack.enter_context(workers(environment, processes=1)).base_url)
            for _ in range(2)
        ]
        for visitor in visitors:
            stack.callback(visitor.close)
        yield visitors[0], visitors[1]


def refuses_within_a_second(visitor: Visitor, access_token: str) -> None:
    """Make sure that the server refuses the token a second from now at the latest."""
    assert seconds_accepted(visitor, access_token) < 1
    assert error_code(visitor.protected(access_token)) == DEAD


def test_a_logout_at_one_server_is_known_at_the_other_within_a_second(
    two_servers: tuple[Visitor, Visitor],
) -> None:
    """S58: Its access token is refused there."""
    here, there = two_servers
    tokens = here.log_in()
    assert there.protected(tokens["access_token"]).status_code == 200
    here.log_out(tokens["refresh_token"])
    refuses_within_a_second(there, tokens["access_token"])


def test_a_deletion_at_one_server_is_known_at_the_other_within_a_second(
    two_servers: tuple[Visitor, Visitor],
) -> None:
    """S41: The user's access token is refused there."""
    here, there = two_servers
    name = here.new_user()
    tokens, others = here.log_in(name), there.log_in(name)
    assert there.protected(others["access_token"]).status_code == 200
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    body = {"password": "correct horse battery"}
    assert here.send("DELETE", "/me", json=body, headers=headers).status_code == 200
    refuses_within_a_second(there, others["access_token"])
