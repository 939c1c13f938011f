"""`examples/python_client.py` when its token is old: one refresh, and no login lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples.python_client import LoggedOut, Store, TokenFile, Unreachable
from tests.examples.python_client.conftest import New, greeting, joined
from tests.extension.exchange import answer
from tests.extension.gate import Gate
from tests.support.actors import Visitor
from tests.support.clock import MovedClock
from tests.support.crowd import at_once

BUSY = '{"status": "error", "code": "service_unavailable", "message": "Busy."}'


def test_an_expired_token_is_renewed_unnoticed(gate: Gate, clock: MovedClock, new: New) -> None:
    """The service refuses it, the client refreshes and repeats the request."""
    client = new(gate.address)
    name = joined(client)
    clock.move(minutes=16)
    assert greeting(client) == f"Hello, {name}!"
    paths = [exchange.path for exchange in gate.exchanges[2:]]
    assert paths == ["/protected", "/refresh", "/protected"]


def test_32_threads_with_an_expired_token_refresh_once(
    gate: Gate, clock: MovedClock, new: New, store: Store
) -> None:
    """All of them get through, and the session lives on."""
    client = new(gate.address, store)
    name = joined(client)
    clock.move(minutes=16)
    assert set(at_once([lambda: greeting(client)] * 32)) == {f"Hello, {name}!"}
    assert len(gate.to("/refresh")) == 1
    clock.move(minutes=16)
    assert greeting(client) == f"Hello, {name}!"


def test_clients_that_share_a_file_refresh_once(
    gate: Gate, clock: MovedClock, new: New, tmp_path: Path
) -> None:
    """Programs that run at the same time are one login."""
    clients = [new(gate.address, TokenFile(tmp_path / "tokens.json")) for _ in range(8)]
    name = joined(clients[0])
    clock.move(minutes=16)
    deeds = [lambda client=client: greeting(client) for client in clients]
    assert set(at_once(deeds)) == {f"Hello, {name}!"}
    assert len(gate.to("/refresh")) == 1


def test_a_lost_answer_costs_no_login(
    gate: Gate, clock: MovedClock, new: New, waits: list[float]
) -> None:
    """The same token goes out with the same key again, and gets the same successor."""
    client = new(gate.address)
    name = joined(client)
    clock.move(minutes=16)
    gate.drop("/refresh")
    gate.drop("/refresh")
    assert greeting(client) == f"Hello, {name}!"
    first, *others = gate.to("/refresh")
    assert len(first.headers["idempotency-key"]) >= 16
    assert [other.headers["idempotency-key"] for other in others] == [
        first.headers["idempotency-key"]
    ] * 2
    assert {exchange.body for exchange in (first, *others)} == {first.body}
    assert waits == [0.5, 1.0]


def test_a_program_that_died_in_the_middle_of_a_refresh(
    gate: Gate, clock: MovedClock, new: New, tmp_path: Path
) -> None:
    """The key was kept before the request went out: the next run repeats it."""
    path = tmp_path / "tokens.json"
    name = joined(first := new(gate.address, TokenFile(path)))
    clock.move(minutes=16)
    for _ in range(4):
        gate.drop("/refresh")
    with pytest.raises(Unreachable, match="No answer from"):
        greeting(first)
    assert greeting(new(gate.address, TokenFile(path))) == f"Hello, {name}!"
    assert len({exchange.headers["idempotency-key"] for exchange in gate.to("/refresh")}) == 1


def test_a_busy_refresh_ends_no_login(
    gate: Gate, clock: MovedClock, new: New, waits: list[float]
) -> None:
    """A 503 is waited out; only a definite refusal means that the session is over."""
    client = new(gate.address)
    name = joined(client)
    clock.move(minutes=16)
    gate.replace("/refresh", answer(503, BUSY, Retry_After="7"))
    assert greeting(client) == f"Hello, {name}!"
    assert waits == [7]


def test_a_session_that_was_ended_elsewhere(gate: Gate, new: New, store: Store) -> None:
    """The client forgets the login and says so."""
    client = new(gate.address, store)
    joined(client)
    grant = store.load()
    assert grant is not None
    visitor = Visitor(gate.address)
    visitor.log_out(grant.refresh_token)
    visitor.close()
    with pytest.raises(LoggedOut, match="Invalid refresh token"):
        client.access_token(stale=grant.access_token)
    assert store.load() is None
