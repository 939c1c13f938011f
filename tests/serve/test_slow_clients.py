"""Clients with slow or enormous requests."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from tests.races.memory import MIB, peak, resident
from tests.support.actors import Visitor
from tests.support.servers import ServerProcess
from tests.support.waiting import DEADLINE

HALF_OPEN = 40
GROWTH_MIB = 32


@contextmanager
def connected(server: ServerProcess) -> Iterator[socket.socket]:
    """Connect to a server."""
    address = urlsplit(server.base_url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=DEADLINE) as wire:
        yield wire


def poured(wire: socket.socket, head: bytes, piece: bytes, total: int) -> int:
    """Send `head`, then `piece` over and over; return how many bytes were taken of `total`."""
    taken = 0
    try:
        wire.sendall(head)
        while taken < total:
            wire.sendall(piece)
            taken += len(piece)
    except OSError:
        pass
    return taken


def test_others_are_served_while_heads_come_a_byte_at_a_time(
    server: ServerProcess, guest: Visitor
) -> None:
    """40 slow requests do not delay others."""
    with ExitStack() as stack:
        wires = [stack.enter_context(connected(server)) for _ in range(HALF_OPEN)]
        for byte in b"GET /healthz HT":
            for wire in wires:
                wire.send(bytes([byte]))
            assert guest.send("GET", "/healthz").status_code == 200
        for wire in wires:
            wire.sendall(b"TP/1.1\r\nHost: x\r\n\r\n")
            assert wire.recv(100).startswith(b"HTTP/1.1 200")


def test_an_overlong_head_is_refused(server: ServerProcess) -> None:
    """It gets a 431, and the connection is closed."""
    with connected(server) as wire:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 100_000)
        assert wire.recv(100).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"GET /healthz HTTP/1.1\r\nX: ", b"a" * 65_536),
        (b"GET /healthz HTTP/1.1\r\n", b"X-Header: something\r\n" * 3000),
        (
            b"POST /authenticate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1073741824\r\n\r\n",
            b"a" * 65_536,
        ),
        (
            b"POST /authenticate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n",
            b"10000\r\n" + b"a" * 65_536 + b"\r\n",
        ),
        (
            b"GET /protected HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"10000\r\n" + b"a" * 65_536 + b"\r\n",
        ),
    ],
    ids=["one endless header", "endless headers", "body", "chunked body", "body of a GET"],
)
def test_a_gigabyte_is_not_taken(server: ServerProcess, head: bytes, piece: bytes) -> None:
    """The connection is closed after a few MiB, without using memory."""
    before = resident(server.process.pid)
    with connected(server) as wire:
        assert poured(wire, head, piece, 1024 * MIB) < 64 * MIB
    assert (peak(server.process.pid) - before) / MIB < GROWTH_MIB
