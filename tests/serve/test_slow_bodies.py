"""Bodies that arrive slowly, or that no view reads."""

from __future__ import annotations

import json
import re
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from authapi.server.body import OVERDUE
from tests.support.actors import Visitor
from tests.support.servers import ServerProcess, free_port, served_by_us, server_process
from tests.support.waiting import DEADLINE, until
from tests.support.wire import RawAnswer, parsed

HALF_SENT = 100
BEGUN = (
    b"POST /authenticate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{"
)


@contextmanager
def connected(server: ServerProcess, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """Connect to a server from an address of this machine."""
    address = (urlsplit(server.base_url).hostname, urlsplit(server.base_url).port or 80)
    with socket.create_connection(address, timeout=DEADLINE, source_address=(source, 0)) as wire:
        yield wire


def received(wire: socket.socket) -> RawAnswer:
    """Return what comes until the server closes."""
    return parsed(b"".join(iter(lambda: wire.recv(65536), b"")))


def test_half_sent_bodies_of_one_address_cost_the_others_nothing(
    environment: dict[str, str],
) -> None:
    """S129: Others get no 503; the surplus connections are closed."""
    with served_by_us({**environment, "SERVE_THREADS": "16"}, processes=1) as server:
        guest = Visitor(server.base_url)
        name = guest.new_user()
        with ExitStack() as stack:
            wires = [stack.enter_context(connected(server, "127.0.0.2")) for _ in range(HALF_SENT)]
            for wire in wires:
                wire.sendall(BEGUN)
            for _ in range(10):
                login = guest.authenticate(name)
                assert login.status_code == 200
                refreshed = guest.refresh(login.json()["refresh_token"])
                assert refreshed.status_code == 200
                assert guest.log_out(refreshed.json()["refresh_token"]).status_code == 200
                assert guest.send("GET", "/healthz").status_code == 200
            ended, _, _ = select.select(wires, [], [], 30)
            assert {received(wire).status for wire in ended} <= {503, None}
            assert ended
        guest.close()


def test_behind_a_proxy_the_clients_address_counts(environment: dict[str, str]) -> None:
    """S27, S129: The proxy's own address does not count."""
    behind = {**environment, "SERVE_THREADS": "16", "TRUSTED_PROXIES": "1"}
    with served_by_us(behind, processes=1) as server, ExitStack() as stack:
        guest = Visitor(server.base_url, forwarded_for="203.0.113.1")
        name = guest.new_user()
        for _ in range(HALF_SENT):
            wire = stack.enter_context(connected(server))
            wire.sendall(BEGUN.replace(b"Host: x", b"Host: x\r\nX-Forwarded-For: 203.0.113.2"))
        assert {guest.authenticate(name).status_code for _ in range(10)} == {200}
        guest.close()


def test_a_body_has_a_deadline(environment: dict[str, str]) -> None:
    """S129: A slow client gets a 408, and its thread is free."""
    impatient = (
        "import authapi.server.body as b; b.FIRST_SECONDS = 0.5;"
        "import serve; serve.main(serve.loaded)"
    )
    port = free_port()
    told = {"PORT": str(port), "WEB_CONCURRENCY": "1", "SERVE_THREADS": "1"}
    with (
        server_process([sys.executable, "-c", impatient], port, {**environment, **told}) as server,
        connected(server) as wire,
    ):
        wire.sendall(BEGUN)
        late = received(wire)
        guest = Visitor(server.base_url)
        assert guest.send("GET", "/healthz").status_code == 200
        guest.close()
        until(lambda: re.search(r'"status": ?408', server.output), instead=lambda: server.output)
    assert late.status == 408
    assert json.loads(late.body)["message"] == OVERDUE.message
    assert late.headers["connection"] == "close"
    assert "x-request-id" in late.headers


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"POST /nowhere", 404),
        (b"POST /protected", 405),
        (b"POST /password", 401),
        (b"POST /authenticate", 415),
    ],
)
def test_an_early_answer_keeps_the_connection_or_says_so(
    server: ServerProcess, line: bytes, status: int
) -> None:
    """A body that arrives just after its head is read first (RFC 9112, 9.6)."""
    with connected(server) as wire:
        for _ in range(50):
            wire.sendall(line + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
            wire.sendall(b"x" * 100)
            answer = HTTPResponse(wire)
            answer.begin()
            answer.read()
            assert answer.status == status
            assert not answer.will_close


def test_an_early_answer_to_a_long_body_says_that_it_closes(server: ServerProcess) -> None:
    """The same holds for a client that waits for `100 Continue` (RFC 9112, 9.6)."""
    for more in (
        b"Content-Length: 1000000\r\n\r\n",
        b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n",
    ):
        with connected(server) as wire:
            wire.sendall(b"POST /nowhere HTTP/1.1\r\nHost: x\r\n" + more)
            answer = received(wire)
        assert (answer.status, answer.headers["connection"]) == (404, "close")
