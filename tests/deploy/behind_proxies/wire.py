"""Bytes to a proxy by TLS, as they are written."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.deploy.proxies import Proxy
from tests.support.waiting import DEADLINE
from tests.support.wire import RawAnswer, parsed


@contextmanager
def tls(proxy: Proxy) -> Iterator[ssl.SSLSocket]:
    """Connect to a proxy by TLS, as a client that trusts its certificate."""
    context = ssl.create_default_context(cafile=str(proxy.certificate.chain))
    address = urlsplit(proxy.https)
    with (
        socket.create_connection(("127.0.0.1", address.port or 443), timeout=DEADLINE) as wire,
        context.wrap_socket(wire, server_hostname="localhost") as secured,
    ):
        yield secured


def over_tls(proxy: Proxy, head: str) -> RawAnswer:
    """Send a head by TLS as it is written, and return the answer."""
    with tls(proxy) as wire:
        wire.sendall(f"{head}Connection: close\r\n\r\n".encode())
        return parsed(b"".join(iter(lambda: wire.recv(65536), b"")))
