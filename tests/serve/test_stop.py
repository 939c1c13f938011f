"""SIGTERM: requests under way are answered, and later ones reach the next server."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
import requests

from tests.embedded.actors import asleep
from tests.serve.traffic import Fates, Person, Traffic, refreshing, same
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.servers import ServerProcess, free_port, served_by_us
from tests.support.waiting import DEADLINE, until

ROUNDS = 3
DRAIN_SECONDS = 1.0
Stop = Callable[[ServerProcess], None]


def people(base_url: str) -> list[Person]:
    """Return 32 people, half of them with a new connection for each request."""
    owner = Visitor(base_url)
    name = owner.new_user()
    token = owner.log_in(name)["access_token"]
    found = []
    for keep_alive in (True, False):
        plans = [same("GET", "/protected", token=token) for _ in range(4)]
        plans += [same("GET", "/healthz") for _ in range(4)]
        plans += [
            same("POST", "/authenticate", {"username": who, "password": PASSWORD})
            for who in (name, name, fresh_name(), fresh_name())
        ]
        plans += [refreshing(owner.log_in(name)["refresh_token"]) for _ in range(4)]
        found += [Person(base_url, plan, keep_alive=keep_alive) for plan in plans]
    owner.close()
    return found


def restarted_under_load(environment: dict[str, str], stop: Stop) -> Fates:
    """Stop a server in the middle of things, start the next at the same port; tell all fates."""
    port = free_port()
    with served_by_us(environment, port=port) as server:
        traffic = Traffic(people(server.base_url))
        with traffic:
            traffic.wait_for(200)
            stop(server)
            assert server.process.wait(timeout=DEADLINE) == 0, server.output[-3000:]
            with served_by_us(environment, port=port):
                traffic.wait_for(200)
                traffic.finish()
    return traffic.fates()


def half_a_request(base_url: str) -> socket.socket:
    """Begin a login, and leave it at that."""
    address = urlsplit(base_url)
    wire = socket.create_connection((address.hostname, address.port or 80), timeout=DEADLINE)
    wire.sendall(b"POST /authenticate HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    return wire


def tell_the_server(server: ServerProcess) -> None:
    """As `docker stop` and Kubernetes do."""
    server.process.send_signal(signal.SIGTERM)


def tell_everybody(server: ServerProcess) -> None:
    """As systemd, Heroku and Ctrl+C do: the workers get the signal too."""
    os.killpg(server.process.pid, signal.SIGTERM)


def stall_the_server(server: ServerProcess) -> None:
    """Stop the server process for a moment, as a busy machine may."""
    tell_the_server(server)
    until(lambda: says_close(server.base_url), what="the workers drain")
    with asleep(server.process.pid):
        time.sleep(2 * DRAIN_SECONDS)


def says_close(base_url: str) -> bool:
    """Tell whether answers announce that their connection ends."""
    with requests.get(f"{base_url}/healthz", timeout=DEADLINE) as answer:
        return answer.headers.get("Connection") == "close"


@pytest.mark.parametrize("stop", [*[tell_the_server] * ROUNDS, tell_everybody, stall_the_server])
def test_no_request_is_lost(environment: dict[str, str], stop: Stop) -> None:
    """Each one, on old and new connections, is answered without a fault.

    Nobody even loses a connection without having been told before, except who left it idle as long
    as the server goes on telling: on a busy machine that happens to these people too.
    """
    fates = restarted_under_load({**environment, "LIMIT_REFRESHES": "1000/second"}, stop)
    assert fates.lost == []
    assert [idle for idle in fates.let_go if idle < DRAIN_SECONDS] == []
    assert set(fates.answers) <= {200, 401, 503}
    assert fates.answers[200] >= 400


def test_an_idle_connection_is_closed(environment: dict[str, str]) -> None:
    """It is closed before any byte of an answer (RFC 9112, 9.6)."""
    with served_by_us(environment) as server:
        guest = Visitor(server.base_url)
        assert guest.send("GET", "/healthz").headers.get("Connection") != "close"
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=DEADLINE) == 0
        guest.close()


def test_a_stop_takes_no_longer_than_its_grace(environment: dict[str, str]) -> None:
    """A client that never ends its request does not prevent it."""
    with served_by_us({**environment, "GRACE_SECONDS": "2"}) as server:
        begun = half_a_request(server.base_url)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=DEADLINE) is not None
        begun.close()
