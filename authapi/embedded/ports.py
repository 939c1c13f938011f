"""Loopback ports."""

import contextlib
import secrets
import socket
from collections.abc import Iterator

HOST = "127.0.0.1"

# Below the ports that systems hand out to outgoing connections: none of those takes the port
# while the server restarts, and no client can be connected to itself by accident.
_RANGE = range(20_000, 32_768)


@contextlib.contextmanager
def reserved(preferred: int | None = None) -> Iterator[int]:
    """Yield `preferred` if nobody listens there, else another free port.

    Inside the block nobody else gets it from here, also before a server listens.
    """
    port = preferred or secrets.choice(_RANGE)
    while (reservation := _reserve(port)) is None:
        port = secrets.choice(_RANGE)
    with reservation:
        yield port


def is_open(port: int) -> bool:
    """Whether a server listens on `port`."""
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _reserve(port: int) -> socket.socket | None:
    """Return what holds the port while it is open: a UDP socket, as the server's is a TCP one."""
    reservation = socket.socket(type=socket.SOCK_DGRAM)
    with socket.socket() as probe:
        # As servers do: connections that ended a moment ago do not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError, OverflowError):
            reservation.bind((HOST, port))
            probe.bind((HOST, port))
            return reservation
    reservation.close()
    return None
