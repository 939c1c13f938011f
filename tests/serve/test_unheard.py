"""Connections accepted just before a stop, whose request is still awaited."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from authapi.server import drain as stopping
from authapi.server.drain import Drain
from authapi.server.listener import connections_unheard
from tests.support.waiting import DEADLINE, until


def test_a_connection_is_unheard_until_its_request_is_read() -> None:
    """Silent ones and unread bytes count, idle ones do not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert connections_unheard(port) == 0
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = listener.accept()
            with accepted:
                assert connections_unheard(port) == 1, "silent"
                client.sendall(b"GET / HTTP/1.1\r\n")
                assert connections_unheard(port) == 1, "unread"
                accepted.recv(100)
                assert connections_unheard(port) == 0, "read"
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = listener.accept()
            with accepted:
                client.shutdown(socket.SHUT_WR)
                until(lambda: connections_unheard(port) == 0, what="it is over, and said nothing")


def told(drain: Drain, stopped: threading.Event) -> None:
    """Let a worker learn that nobody can connect any more."""
    drain.end()
    threading.Thread(target=drain._stop_when_told, args=(stopped.set,), daemon=True).start()


@pytest.mark.parametrize("seconds", [0.0, 600.0])
def test_a_worker_stops_when_all_are_heard_or_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """Late requests are still answered within that time."""
    monkeypatch.setattr(stopping, "SILENCE_SECONDS", seconds)
    silent, stopped = ["somebody"], threading.Event()
    told(Drain(0, DEADLINE, lambda: 0, lambda: len(silent)), stopped)
    if seconds:
        assert not stopped.wait(2 * stopping.SETTLE_SECONDS)
        silent.clear()
    assert stopped.wait(DEADLINE)


def test_a_worker_that_hears_of_the_stop_late_announces_it_as_long_as_the_others() -> None:
    """On a slow machine no connection is cut off unannounced."""
    stopped = threading.Event()
    drain = Drain(seconds := 1.0, DEADLINE, lambda: 0, lambda: 0)
    drain._begin_now()
    began = time.monotonic()
    told(drain, stopped)
    assert stopped.wait(DEADLINE)
    assert time.monotonic() - began >= seconds
