"""`httpx.Client(auth=AuthapiAuth(…))`, and where its tokens are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from authapi_client import (
    AuthapiAuth,
    InsecureAddress,
    LoggedOut,
    MemoryStore,
    Options,
    Redirected,
    SessionEnded,
    Store,
)
from tests.extension.exchange import answer
from tests.extension.gate import Gate
from tests.python_client.conftest import New, joined
from tests.support.clock import MovedClock
from tests.support.waiting import DEADLINE

PAGE = answer(200, "[]")


@pytest.fixture
def other() -> Iterator[Gate]:
    """A proxy to nothing, in place of another service."""
    gate = Gate(9)
    gate.start()
    yield gate
    gate.stop()


def bearer(gate: Gate, path: str) -> list[str]:
    """Return the tokens that came with the requests for a path."""
    return [exchange.headers.get("authorization", "") for exchange in gate.to(path)]


def test_each_request_has_a_fresh_token(
    gate: Gate, clock: MovedClock, new: New, store: Store
) -> None:
    """A refused token is renewed; the history has no answer with tokens."""
    name = joined(new(gate.address, store))
    clock.move(minutes=16)
    auth = AuthapiAuth(gate.address, store)
    with httpx.Client(base_url=gate.address, auth=auth, timeout=DEADLINE) as http:
        reply = http.get("/protected")
    assert reply.json()["message"] == f"Hello, {name}!"
    assert [each.status_code for each in reply.history] == [401]
    assert gate.paths()[2:] == ["/protected", "/refresh", "/protected"]


def test_tasks_share_one_refresh(gate: Gate, clock: MovedClock, new: New, store: Store) -> None:
    """With `httpx.AsyncClient` other tasks run while one waits for the lock."""
    name = joined(new(gate.address, store))
    clock.move(minutes=16)

    async def ask() -> set[str]:
        auth = AuthapiAuth(gate.address, store)
        async with httpx.AsyncClient(base_url=gate.address, auth=auth, timeout=DEADLINE) as http:
            replies = await asyncio.gather(*(http.get("/protected") for _ in range(16)))
        return {reply.json()["message"] for reply in replies}

    assert asyncio.run(ask()) == {f"Hello, {name}!"}
    assert len(gate.to("/refresh")) == 1


def test_a_token_goes_to_its_service_only(gate: Gate, other: Gate, new: New) -> None:
    """Another address in a request, a redirect or the store gets none."""
    store = MemoryStore()
    joined(new(gate.address, store))
    auth = AuthapiAuth(gate.address, store)
    with httpx.Client(auth=auth, follow_redirects=True, timeout=DEADLINE) as http:
        for url in (f"{other.address}/", f"{gate.address}0/", "http://127.0.0.1/", "http:/x"):
            with pytest.raises(ValueError, match="no token is sent there"):
                http.get(url)
        gate.replace("/protected", answer(302, "", Location=f"{other.address}/notes"))
        other.replace("/notes", PAGE)
        assert http.get(f"{gate.address}/protected").json() == []
        assert bearer(other, "/notes") == [""]
        with pytest.raises(LoggedOut):
            http.get(f"{other.address}/", auth=AuthapiAuth(other.address, store))
    assert len(other.exchanges) == 1


def test_a_refresh_token_follows_no_redirect(
    gate: Gate, other: Gate, clock: MovedClock, new: New
) -> None:
    """Not even if the httpx client follows redirects."""
    store = MemoryStore()
    name = joined(new(gate.address, store))
    clock.move(minutes=16)
    gate.replace("/refresh", answer(307, "", Location=f"{other.address}/refresh"))
    auth = AuthapiAuth(gate.address, store)
    with httpx.Client(
        base_url=gate.address, auth=auth, follow_redirects=True, timeout=DEADLINE
    ) as http:
        with pytest.raises(Redirected):
            http.get("/protected")
        assert not any(exchange.body for exchange in other.exchanges)
        assert http.get("/protected").json()["message"] == f"Hello, {name}!"


def test_another_service_that_takes_the_same_tokens(gate: Gate, other: Gate, new: New) -> None:
    """The `audience` gets the tokens, the API's own address does not."""
    store = MemoryStore()
    joined(new(gate.address, store))
    other.replace("/notes", answer(401, '{"code": "token_expired"}'))
    other.replace("/notes", PAGE)
    auth = AuthapiAuth(gate.address, store, audience=other.address)
    with httpx.Client(auth=auth, timeout=DEADLINE) as http:
        assert http.get(f"{other.address}/notes").json() == []
        with pytest.raises(ValueError, match="no token is sent there"):
            http.get(f"{gate.address}/protected")
    old, fresh = bearer(other, "/notes")
    assert old != fresh
    assert len(gate.to("/refresh")) == 1
    with pytest.raises(InsecureAddress):
        AuthapiAuth(gate.address, store, audience="http://notes.test")


def test_a_stream_is_sent_once(gate: Gate, clock: MovedClock, new: New) -> None:
    """The 401 is returned, and the next request has a new token."""
    store = MemoryStore()
    joined(new(gate.address, store))
    clock.move(minutes=16)
    auth = AuthapiAuth(gate.address, store)
    with httpx.Client(base_url=gate.address, auth=auth, timeout=DEADLINE) as http:
        half = [b'{"usage', b'": 1}']
        refused = http.request("GET", "/protected", content=iter(half))
        assert refused.status_code == 401
        assert http.get("/protected").status_code == 200
    assert gate.paths()[2:] == ["/protected", "/refresh", "/protected"]


def test_a_download_is_not_read_before_its_time(gate: Gate, new: New) -> None:
    """`stream()` streams the body."""
    store = MemoryStore()
    name = joined(new(gate.address, store))
    auth = AuthapiAuth(gate.address, store)
    with (
        httpx.Client(base_url=gate.address, auth=auth, timeout=DEADLINE) as http,
        http.stream("GET", "/protected") as reply,
    ):
        assert not reply.is_stream_consumed
        assert name in b"".join(reply.iter_bytes()).decode()


def test_a_network_that_fails_is_no_logout_and_leaves_no_lock(
    gate: Gate, clock: MovedClock, new: New, store: Store
) -> None:
    """The error is httpx's."""
    name = joined(new(gate.address, store))
    clock.move(minutes=16)
    gate.drop("/refresh")
    auth = AuthapiAuth(gate.address, store)
    with httpx.Client(base_url=gate.address, auth=auth, timeout=DEADLINE) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            http.get("/protected")
        assert http.get("/protected").json()["message"] == f"Hello, {name}!"
    first, second = gate.to("/refresh")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_a_session_that_is_over_is_an_error(gate: Gate, new: New) -> None:
    """It is raised as `SessionEnded`, not returned as a 401."""
    store = MemoryStore()
    joined(new(gate.address, store))
    token = gate.tokens()["refresh_token"]
    httpx.post(f"{gate.address}/logout", json={"refresh_token": token})
    auth = AuthapiAuth(gate.address, store, options=Options(clock=lambda: 4e9))
    with httpx.Client(base_url=gate.address, auth=auth, timeout=DEADLINE) as http:
        with pytest.raises(SessionEnded):
            http.get("/protected")
        with pytest.raises(SessionEnded):
            http.get("/protected")
    assert len(gate.to("/refresh")) == 1
