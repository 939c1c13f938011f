"""`examples/python_client.py` from the registration to the logout, and who gets its tokens."""

from __future__ import annotations

import pytest
import requests

from examples.python_client import BearerAuth, LoggedOut, Memory, Store
from tests.examples.python_client.conftest import New, greeting, joined
from tests.extension.gate import Gate
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.clock import MovedClock
from tests.support.servers import ServerProcess


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


def test_a_lost_registration_is_repeated(gate: Gate, new: New) -> None:
    """It succeeds once, and is not told that the name is taken."""
    gate.drop("/register")
    new(gate.address).register(fresh_name(), PASSWORD)
    assert len(gate.to("/register")) == 2


def test_a_lost_login_is_repeated(gate: Gate, new: New) -> None:
    """With its key: no session is left behind that nobody has."""
    client = new(gate.address)
    client.register(name := fresh_name(), PASSWORD)
    gate.drop("/authenticate")
    client.log_in(name, PASSWORD)
    first, second = (exchange.answer for exchange in gate.to("/authenticate"))
    assert first
    assert second
    assert first.json["refresh_token"] == second.json["refresh_token"]


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
