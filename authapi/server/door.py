"""The listening socket: opened before any worker starts, and shut so that nobody is lost in it."""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
import sys
from contextlib import suppress

BACKLOG = 2048
"""Connections that may wait to be accepted; the kernel may allow fewer (`net.core.somaxconn`)."""

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


def open_door(host: str, port: int) -> socket.socket:
    """Listen at `host` and `port`; every worker accepts from this one socket.

    Whoever waits in it is served even when the worker that would have been next is gone.

    Raises:
        ValueError: when that cannot be; the message names the variable.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        door = socket.create_server(
            (host, port), family=family, backlog=BACKLOG, dualstack_ipv6=host == "::"
        )
    except OSError as error:
        why = _WHY.get(error.errno or 0, "HOST {host} and PORT {port} cannot be used: {reason}")
        raise ValueError(why.format(host=host, port=port, reason=error.strerror)) from None
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted ones inherit it
    return door


def shut_door(door: socket.socket) -> None:
    """Let nobody else connect, and everybody in who did: closing it would reset those who wait.

    Whoever comes now gets no answer, and tries again within a second: by then the door is closed
    and refuses, or another server is there. Where this is not to be had (it is Linux's), a request
    that arrives in the very moment of the stop may find its connection reset.
    """
    if sys.platform != "linux":
        return
    steps = b"".join(struct.pack("HBBI", *step) for step in _DROP_SYN)
    program = ctypes.create_string_buffer(steps)
    where = struct.pack("HL", len(_DROP_SYN), ctypes.addressof(program))
    with suppress(OSError):
        door.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, where)
