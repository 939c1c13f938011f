"""From registration to logout, with threads and with asyncio."""

from __future__ import annotations

import asyncio
import logging

import pytest

from authapi_client import AsyncAuthClient, LoggedOut, MemoryStore, Options, SessionEnded, Store
from tests.extension.gate import Gate
from tests.python_client.conftest import New, greeting, joined
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.clock import MovedClock
from tests.support.servers import ServerProcess
from tests.support.waiting import DEADLINE


def test_the_whole_journey(gate: Gate, new: New, store: Store) -> None:
    """After the logout neither client nor service knows the session."""
    client = new(gate.address, store, clock=lambda: 1e9)
    assert client.features()["totp"]
    name = joined(client)
    assert greeting(client) == f"Hello, {name}!"
    status = client.status()
    assert gate.tokens()["refresh_token"][:40] not in repr(client.auth.session.login())
    assert (status.username, status.ended) == (name, None)
    assert status.seconds_left == 900
    token = gate.tokens()["refresh_token"]
    assert client.logout()
    assert store.load() is None
    with pytest.raises(LoggedOut, match="Nobody is logged in"):
        greeting(client)
    visitor = Visitor(gate.address)
    assert visitor.refresh(token).status_code == 400
    visitor.close()


def test_the_whole_journey_in_tasks(gate: Gate, clock: MovedClock, store: Store) -> None:
    """32 tasks refresh once, and a cancelled one leaves no lock."""

    async def journey() -> None:
        async with AsyncAuthClient(
            gate.address, store, options=Options(timeout=DEADLINE)
        ) as client:
            assert (await client.features())["totp"]
            name = fresh_name()
            await client.register(name, PASSWORD)
            assert (await client.authenticate(name, PASSWORD)).username == name
            clock.move(minutes=16)
            await cancelled(client)
            replies = [client.request("GET", "/protected") for _ in range(32)]
            said = {reply.json()["message"] for reply in await asyncio.gather(*replies)}
            assert said == {f"Hello, {name}!"}
            await client.reauthenticate(PASSWORD)
            assert len((await client.send("GET", "/sessions"))["sessions"]) == 1
            await client.logout_everywhere()
            with pytest.raises(LoggedOut):
                await client.send("GET", "/me")
            assert await client.logout()
            assert client.status().username is None

    async def cancelled(client: AsyncAuthClient) -> None:
        held = gate.hold("/refresh")
        request = asyncio.create_task(client.request("GET", "/protected"))
        await asyncio.to_thread(held.wait)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        held.release()

    asyncio.run(journey())
    keys = [exchange.headers["idempotency-key"] for exchange in gate.to("/refresh")]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_service_that_is_away_is_told_of_the_logout_later(gate: Gate, new: New) -> None:
    """The next logout or login sends it."""
    client = new(gate.address)
    name = joined(client)
    first = gate.tokens()["refresh_token"]
    with gate.away():
        assert not client.logout()
        assert client.status().username is None
    client.authenticate(name, PASSWORD)
    assert [exchange.json["refresh_token"] for exchange in gate.to("/logout")] == [first]
    second = gate.tokens()["refresh_token"]
    with gate.away():
        assert not client.logout()
    assert client.logout()
    assert gate.to("/logout")[-1].json["refresh_token"] == second


def test_a_login_takes_the_place_of_the_one_before(gate: Gate, new: New) -> None:
    """The previous session is ended at the service."""
    client = new(gate.address)
    joined(client)
    before = gate.tokens()["refresh_token"]
    name = joined(client)
    assert [exchange.json["refresh_token"] for exchange in gate.to("/logout")] == [before]
    assert greeting(client) == f"Hello, {name}!"


def test_fresh_tokens_in_an_answer_are_taken(gate: Gate, clock: MovedClock, new: New) -> None:
    """A password change invalidates the previous access token."""
    client = new(gate.address)
    name = joined(client)
    words = {"current_password": PASSWORD, "new_password": "an entirely different one"}
    client.send("POST", "/password", words)
    assert greeting(client) == f"Hello, {name}!"
    assert len(gate.to("/protected")) == 1
    clock.move(minutes=16)
    assert greeting(client) == f"Hello, {name}!"


def test_all_sessions_end_at_once(server: ServerProcess, new: New) -> None:
    """Sessions of other programs end as well."""
    store = MemoryStore()
    one, other = new(server.base_url), new(server.base_url, store)
    name = joined(one)
    other.authenticate(name, PASSWORD)
    one.logout_everywhere()
    assert one.status().username is None
    with pytest.raises(SessionEnded):
        greeting(new(server.base_url, store, clock=lambda: 4e9))


def test_a_listener_is_told_and_disturbs_nobody(
    server: ServerProcess, new: New, caplog: pytest.LogCaptureFixture
) -> None:
    """It is called for logins, refreshes and logouts; its errors are logged."""
    told = []

    def listen() -> None:
        told.append(client.status().username)
        raise RuntimeError("of the listener")

    now = [1e9]
    client = new(server.base_url, on_change=listen, clock=lambda: now[0])
    with caplog.at_level(logging.ERROR, "authapi_client"):
        name = joined(client)
        now[0] += 3600
        assert greeting(client) == f"Hello, {name}!"
        client.logout()
    assert told == [name, name, None]
    assert caplog.text.count("RuntimeError: of the listener") == 3


def test_a_listener_may_use_the_client(server: ServerProcess, new: New) -> None:
    """It is called while no lock is held."""
    now = [1e9]

    def listen() -> None:
        if len(calls) < 3:
            calls.append(1)
            client.logout_everywhere() if len(calls) == 2 else greeting(client)

    calls: list[int] = []
    client = new(server.base_url, on_change=listen, clock=lambda: now[0])
    joined(client)
    now[0] += 3600
    with pytest.raises(LoggedOut):
        greeting(client)


def test_programs_are_named_in_the_list_of_sessions(server: ServerProcess, new: New) -> None:
    """The list shows the User-Agent."""
    client = new(server.base_url)
    joined(client)
    [session] = client.send("GET", "/sessions")["sessions"]
    assert session["device"].startswith("Python")
