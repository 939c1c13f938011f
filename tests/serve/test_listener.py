"""The listening socket and its port."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from authapi.server import listener as listening
from authapi.server.listener import open_listener, refuse_new_connections
from tests.races.memory import family
from tests.support.actors import Visitor
from tests.support.servers import ROOT, clean_environment, free_port, served_by_us
from tests.support.waiting import DEADLINE, until


def test_a_port_in_use_is_named() -> None:
    """S77: The error names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=f"PORT {port} is in use at 127.0.0.1; stop"):
            open_listener("127.0.0.1", port)


def test_a_port_that_needs_a_right_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """S77: The refusal is simulated, since tests may run as root."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(ValueError, match="PORT 80 needs a right"):
        open_listener("127.0.0.1", 80, wait_seconds=60)


def test_a_port_that_becomes_free_is_waited_for() -> None:
    """A message says so once, and the server starts then."""
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    said: list[str] = []

    def leave(sentence: str) -> None:
        said.append(sentence)
        threading.Timer(0.3, taken.close).start()

    with open_listener("127.0.0.1", port, wait_seconds=60, tell=leave) as listener:
        assert listener.getsockname()[1] == port
    assert said == [f"PORT {port} is in use at 127.0.0.1: waiting up to 60 seconds for it"]


def test_waiting_has_an_end() -> None:
    """S77: Afterwards the error names the port."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ValueError, match="is in use"),
    ):
        open_listener("127.0.0.1", taken.getsockname()[1], wait_seconds=0.2, tell=len)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::"])
@pytest.mark.parametrize("with_the_right", [True, False])
def test_nobody_new_connects_and_who_did_is_served(
    monkeypatch: pytest.MonkeyPatch, host: str, with_the_right: bool
) -> None:
    """It works with and without the right to attach a socket filter."""
    if not with_the_right:
        monkeypatch.setattr(listening, "_SO_ATTACH_FILTER", -1)
    with open_listener(host, free_port()) as listener:
        address = ("::1" if host == "::" else host, listener.getsockname()[1])
        with socket.create_connection(address) as before:
            refuse_new_connections(listener)
            with pytest.raises(TimeoutError):
                socket.create_connection(address, timeout=0.2)
            accepted, _ = listener.accept()
            before.sendall(b"x")
            assert accepted.recv(1) == b"x"
            accepted.close()


def test_a_connection_that_was_made_in_that_moment_is_heard() -> None:
    """It inherits the listener's filter until that is removed."""
    with open_listener("127.0.0.1", free_port()) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = listener.accept()
            listening._hear_from(accepted, listening._NO_HOP)
            client.sendall(b"x")
            until(lambda: listening.connections_unheard(port) == 1, what="somebody looks")
            accepted.settimeout(DEADLINE)
            assert accepted.recv(1) == b"x"
            accepted.close()


def test_a_start_waits_for_the_workers_of_a_killed_server(environment: dict[str, str]) -> None:
    """Workers of a killed server end and free the port."""
    port = free_port()
    with served_by_us(environment, processes=5, port=port) as server:
        until(lambda: len(family(server.process.pid)) == 6, what="five workers and their server")
        workers = family(server.process.pid)[1:]
        server.process.kill()
        server.process.wait(timeout=DEADLINE)
        with served_by_us(environment, port=port) as successor:
            guest = Visitor(successor.base_url)
            assert guest.authenticate(guest.new_user()).status_code == 200
            guest.close()
            until(lambda: not any(map(_lives, workers)), what="the workers of the first one end")


def test_ctrl_c_while_the_port_is_waited_for_just_ends_it(environment: dict[str, str]) -> None:
    """There is no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = subprocess.Popen(
            [sys.executable, "serve.py"],
            cwd=ROOT,
            env=clean_environment({**environment, "PORT": str(taken.getsockname()[1])}),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, more = process.communicate(timeout=DEADLINE)
    assert "waiting up to 10 seconds" in said
    assert (more, process.returncode) == ("", -signal.SIGINT)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
