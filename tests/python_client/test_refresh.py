"""The Python client with expired tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from authapi_client import FileStore, LoggedOut, SessionEnded, Store, Unreachable
from tests.extension.gate import Gate
from tests.python_client.conftest import New, greeting, joined
from tests.support.actors import Visitor
from tests.support.clock import MovedClock
from tests.support.crowd import at_once


def test_an_expired_token_is_renewed_unnoticed(gate: Gate, clock: MovedClock, new: New) -> None:
    """After the 401 it refreshes and repeats the request."""
    client = new(gate.address)
    name = joined(client)
    clock.move(minutes=16)
    assert greeting(client) == f"Hello, {name}!"
    assert gate.paths()[2:] == ["/protected", "/refresh", "/protected"]


def test_32_threads_with_an_expired_token_refresh_once(
    gate: Gate, clock: MovedClock, new: New, store: Store
) -> None:
    """All requests succeed."""
    client = new(gate.address, store)
    name = joined(client)
    clock.move(minutes=16)
    assert set(at_once([lambda: greeting(client)] * 32)) == {f"Hello, {name}!"}
    assert len(gate.to("/refresh")) == 1
    clock.move(minutes=16)
    assert greeting(client) == f"Hello, {name}!"


def test_a_lost_answer_costs_no_login(
    gate: Gate, clock: MovedClock, new: New, store: Store
) -> None:
    """The refresh is repeated with its key and gets the same tokens."""
    client = new(gate.address, store)
    name = joined(client)
    clock.move(minutes=16)
    for _ in range(2):
        gate.drop("/refresh")
        with pytest.raises(Unreachable, match="No answer from"):
            greeting(client)
    assert greeting(new(gate.address, store)) == f"Hello, {name}!"
    sent = gate.to("/refresh")
    assert len({exchange.headers["idempotency-key"] for exchange in sent}) == 1
    assert len({exchange.body for exchange in sent}) == 1
    assert len({exchange.answer.json["refresh_token"] for exchange in sent if exchange.answer}) == 1


def test_a_replay_ends_the_login_with_a_reason(gate: Gate, new: New, tmp_path: Path) -> None:
    """A copy of the file was used meanwhile, so the session ends for both."""
    path, copy = tmp_path / "tokens.json", tmp_path / "copy.json"
    name = joined(new(gate.address, FileStore(path)))
    copy.write_text(path.read_text())
    owner = new(gate.address, FileStore(path), clock=lambda: 4e9)
    assert greeting(owner) == f"Hello, {name}!"
    thief = new(gate.address, FileStore(copy), clock=lambda: 4e9)
    with pytest.raises(SessionEnded, match="tokens were used elsewhere") as caught:
        greeting(thief)
    assert caught.value.reason == thief.status().ended == "invalid_refresh_token"
    with pytest.raises(SessionEnded, match="log in again"):
        greeting(new(gate.address, FileStore(copy)))
    with pytest.raises(SessionEnded):
        greeting(new(gate.address, FileStore(path), clock=lambda: 5e9))


def test_a_session_that_was_ended_elsewhere(gate: Gate, new: New, store: Store) -> None:
    """The client raises `SessionEnded`, and can log in again."""
    client = new(gate.address, store)
    name = joined(client)
    visitor = Visitor(gate.address)
    visitor.log_out(gate.tokens()["refresh_token"])
    visitor.close()
    with pytest.raises(SessionEnded, match="session was ended"):
        greeting(new(gate.address, store, clock=lambda: 4e9))
    assert client.status().username is None
    client.authenticate(name, "correct horse battery")
    assert client.status().ended is None
    assert greeting(client) == f"Hello, {name}!"


def test_a_logout_during_a_refresh_wins(
    gate: Gate, clock: MovedClock, new: New, store: Store
) -> None:
    """It does not wait, and the session of the late tokens is ended."""
    client = new(gate.address, store)
    joined(client)
    clock.move(minutes=16)
    held = gate.hold("/refresh", answered=True)

    def refresh() -> str:
        with pytest.raises(LoggedOut, match="Nobody is logged in"):
            greeting(client)
        return "over"

    def log_out() -> str:
        held.wait()
        assert new(gate.address, store).logout()
        held.release()
        return "out"

    assert at_once([refresh, log_out]) == ["over", "out"]
    assert client.status().username is None
    [refreshed] = gate.to("/refresh")
    assert refreshed.answer
    ended = [exchange.json["refresh_token"] for exchange in gate.to("/logout")]
    assert ended[1:] == [refreshed.answer.json["refresh_token"]]


def test_a_refresh_does_not_keep_others_waiting(
    gate: Gate, clock: MovedClock, new: New, store: Store
) -> None:
    """Threads with a fresh token go on meanwhile."""
    client = new(gate.address, store)
    name = joined(client)
    held = gate.hold("/refresh")
    hasty = new(gate.address, store, clock=lambda: 4e9)

    def meanwhile() -> str:
        held.wait()
        said = greeting(client)
        held.release()
        return said

    assert at_once([lambda: greeting(hasty), meanwhile]) == [f"Hello, {name}!"] * 2
