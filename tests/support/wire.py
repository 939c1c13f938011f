"""Sends raw bytes, for requests that no HTTP client would send."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.support.waiting import DEADLINE


@dataclass(frozen=True)
class RawAnswer:
    """An answer: status (None if it has no head), headers, body."""

    status: int | None
    headers: dict[str, str]
    body: bytes


def exchange(base_url: str, request: bytes, *, half_close: bool = True) -> RawAnswer:
    """Send `request` as it is, and read the answer until the server closes.

    Args:
        base_url: the server's address.
        request: the bytes to send.
        half_close: shut the sending side; some servers take that for a client that has gone.
    """
    address = urlsplit(base_url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=DEADLINE) as wire:
        wire.sendall(request)
        if half_close:
            wire.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: wire.recv(65536), b""))
    return parsed(received)


def parsed(received: bytes) -> RawAnswer:
    """Return what a server sent, in its parts."""
    if not received.startswith(b"HTTP/"):
        return RawAnswer(None, {}, received)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in rest)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return RawAnswer(int(first.split()[1]), headers, body)
