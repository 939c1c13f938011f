"""`examples/python_client.py`, with answers lost, a crowd of threads and a clock that moves."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from authapi.core.secrets import Secret
from authapi.limits.rules import Rate
from authapi.settings import Settings
from examples.python_client import (
    ApiError,
    AuthClient,
    BearerAuth,
    LoggedOut,
    Memory,
    Store,
    TokenFile,
    Unreachable,
)
from tests.extension.gate import Gate, answer
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.crowd import at_once
from tests.support.servers import ServerProcess, free_port

BUSY = '{"status": "error", "code": "service_unavailable", "message": "Busy."}'
New = Callable[..., AuthClient]


@pytest.fixture
def waits() -> list[float]:
    """How long the clients of this test would have slept."""
    return []


@pytest.fixture
def new(waits: list[float]) -> Iterator[New]:
    """Make clients that note down their waits instead of sleeping."""
    with ExitStack() as stack:

        def make(base_url: str, store: Store | None = None) -> AuthClient:
            client = AuthClient(base_url, store, sleep=waits.append)
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each place where a login may rest."""
    return Memory() if request.param == "memory" else TokenFile(tmp_path / "tokens.json")


def joined(client: AuthClient) -> str:
    """Register and log in; return the name."""
    name = fresh_name()
    client.register(name, PASSWORD)
    client.log_in(name, PASSWORD)
    return name


def greeting(client: AuthClient) -> str:
    """Open the protected resource and return what it says."""
    message: str = client.request("GET", "/protected").json()["message"]
    return message


def test_the_whole_journey(server: ServerProcess, new: New, store: Store) -> None:
    """Register, log in, protected, log out; after that nobody is logged in, there as here."""
    client = new(server.base_url, store)
    name = joined(client)
    assert greeting(client) == f"Hello, {name}!"
    grant = store.load()
    assert grant is not None
    client.log_out()
    assert store.load() is None
    with pytest.raises(LoggedOut, match="Nobody is logged in"):
        greeting(client)
    visitor = Visitor(server.base_url)
    assert visitor.refresh(grant.refresh_token).status_code == 400
    visitor.close()


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


def test_a_lost_registration_is_repeated(gate: Gate, new: New) -> None:
    """It succeeds once, and is not told that the name is taken."""
    gate.drop("/register")
    new(gate.address).register(fresh_name(), PASSWORD)
    assert len(gate.to("/register")) == 2


def test_a_lost_login_is_not_repeated(gate: Gate, new: New) -> None:
    """It would leave a session behind that nobody has."""
    client = new(gate.address)
    client.register(name := fresh_name(), PASSWORD)
    gate.drop("/authenticate")
    with pytest.raises(Unreachable):
        client.log_in(name, PASSWORD)
    assert len(gate.to("/authenticate")) == 1


def test_what_the_service_asks_to_wait_is_waited(settings: Settings) -> None:
    """The limit's own `Retry-After` is long enough: after it the same login succeeds."""
    clock, waited = MovedClock(), list[float]()

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock.move(seconds=seconds)

    limited = replace(settings, limit_login_failures=Rate.parse("1/20 seconds"))
    with served(limited, clock) as visitor:
        name = visitor.new_user()
        assert visitor.authenticate(name, "not the password").status_code == 401
        client = AuthClient(visitor.base_url, sleep=sleep)
        client.log_in(name, PASSWORD)
        assert greeting(client) == f"Hello, {name}!"
        client.close()
    assert len(waited) == 1
    assert 18 <= waited[0] <= 20


def test_a_long_wait_is_the_caller_s_to_decide(settings: Settings, new: New) -> None:
    """Nobody sits for minutes before a frozen program."""
    limited = replace(settings, limit_login_failures=Rate.parse("1/10 minutes"))
    with served(limited) as visitor:
        name = visitor.new_user()
        visitor.authenticate(name, "not the password")
        with pytest.raises(ApiError, match="Too many attempts") as caught:
            new(visitor.base_url).log_in(name, PASSWORD)
    assert (caught.value.status, caught.value.code) == (429, "rate_limited")
    assert 500 < (caught.value.retry_after or 0) <= 600


def test_a_service_without_its_database(settings: Settings, new: New, waits: list[float]) -> None:
    """Three repeats, each after as long as the 503 says; then the error, with its request's id."""
    nowhere = Secret(f"mongodb://127.0.0.1:{free_port()}/")
    away = replace(settings, mongo_uri=nowhere, mongo_timeout_ms=100)
    with served(away) as visitor, pytest.raises(ApiError) as caught:
        new(visitor.base_url).log_in(fresh_name(), PASSWORD)
    assert (caught.value.status, caught.value.code) == (503, "service_unavailable")
    assert caught.value.request_id
    assert waits == [caught.value.retry_after] * 3


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


def test_refusals_are_errors_with_a_code(server: ServerProcess, new: New) -> None:
    """For programs a code and fields, for people a text."""
    client = new(server.base_url)
    with pytest.raises(ApiError, match="Invalid credentials") as caught:
        client.log_in(fresh_name(), PASSWORD)
    assert (caught.value.status, caught.value.code) == (401, "invalid_credentials")
    with pytest.raises(ApiError) as caught:
        client.register(fresh_name(), "short")
    assert caught.value.code == "validation_error"
    assert caught.value.errors == {"password": ["Password must be at least 8 characters long."]}


def test_the_file_is_for_its_owner_only(
    gate: Gate, clock: MovedClock, new: New, tmp_path: Path
) -> None:
    """0600 from the first byte and after a refresh, and no half-written file beside it."""
    path = tmp_path / "tokens.json"
    client = new(gate.address, TokenFile(path))
    joined(client)
    first = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    clock.move(minutes=16)
    greeting(client)
    assert path.read_text() != first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {entry.name for entry in tmp_path.iterdir()} == {"tokens.json", "tokens.json.lock"}


@pytest.mark.parametrize("content", ["", "not JSON", "[]", json.dumps({"access_token": "a"})])
def test_a_file_that_holds_something_else(
    server: ServerProcess, new: New, tmp_path: Path, content: str
) -> None:
    """It is named, and left as it is."""
    path = tmp_path / "tokens.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"tokens\.json holds no login; delete it"):
        greeting(new(server.base_url, TokenFile(path)))
    assert path.read_text() == content


def test_tokens_go_to_their_own_service_only(gate: Gate, base_url: str, new: New) -> None:
    """Another address does not get them, be it in the file's past or in a request."""
    store = Memory()
    client = new(gate.address, store)
    joined(client)
    with pytest.raises(LoggedOut):
        greeting(new(base_url, store))
    with pytest.raises(ValueError, match="does not begin with"):
        requests.get(f"{base_url}/protected", auth=BearerAuth(client, gate.address), timeout=20)


def test_other_requests_can_be_signed_too(gate: Gate, clock: MovedClock, new: New) -> None:
    """`BearerAuth` does for any use of requests what the client does for its own."""
    client = new(gate.address)
    name = joined(client)
    clock.move(minutes=16)
    url = f"{gate.address}/protected"
    reply = requests.get(url, auth=BearerAuth(client, gate.address), timeout=20)
    assert reply.json()["message"] == f"Hello, {name}!"
    assert [before.status_code for before in reply.history] == [401]
