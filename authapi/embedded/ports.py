"""Loopback ports."""

import contextlib
import secrets
import socket

HOST = "127.0.0.1"

# Below the ports that systems hand out to outgoing connections: none of those takes the port
# while the server restarts, and no client can be connected to itself by accident.
_RANGE = range(20_000, 32_768)


def choose(preferred: int | None = None) -> int:
    """Return `preferred` if nobody listens there, else another free port."""
    port = preferred or secrets.choice(_RANGE)
    while not _is_free(port):
        port = secrets.choice(_RANGE)
    return port


def is_open(port: int) -> bool:
    """Whether a server listens on `port`."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections that ended a moment ago do not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError, OverflowError):
            probe.bind((HOST, port))
            return True
    return False
