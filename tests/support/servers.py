"""Server processes on a free loopback port."""

from __future__ import annotations

import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
from flask import Flask
from werkzeug.serving import make_server

from tests.support.waiting import DEADLINE, until

ROOT = Path(__file__).resolve().parents[2]
CHEAP = "--factory", "tests.support.cheap:app"
"""Granian's arguments for an app with cheap password hashes."""
SECRET = "for-tests-P4QCDC0-qNxA7MYMFU2Xp-oQd6adJmhKCehSZJtq4Us"


_kept: deque[socket.socket] = deque(maxlen=100)
"""Sockets that reserve the ports returned last against tests in other processes."""


def free_port() -> int:
    """Return a loopback port that nobody listens on, below the system's ephemeral ports.

    Tests in other processes do not get the same port for a while.
    """
    while True:
        port = 10_000 + secrets.randbelow(10_000)  # the embedded database uses higher ones
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _reserve(port)
            return port


def _reserve(port: int) -> None:
    """Bind the port for UDP at 127.0.0.2, which only these tests do, so that nothing is in the way.

    Raises:
        OSError: a test in another process has reserved it.
    """
    mark = socket.socket(type=socket.SOCK_DGRAM)
    try:
        mark.bind(("127.0.0.2", port))
    except OSError as error:
        mark.close()
        if error.errno == errno.EADDRNOTAVAIL:  # only some systems have more than one address
            return
        raise
    if len(_kept) == _kept.maxlen:
        _kept.popleft().close()
    _kept.append(mark)


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without the service's own variables, plus `extra`."""
    ours = (
        "AUTHAPI_",
        "FLASK_",
        "JWT_",
        "MONGO_",
        "ARGON2_",
        "PASSWORD_",
        "CORS_",
        "AUDIT_",
        "LIMIT",
        "REVOCATION",
        "TRUSTED_",
        "METRICS_",
        "MAIL_",
        "PUBLIC_URL",
        "RESET_",
        "TEMPLATES",
        "VERIFY_URL",
        "PAGES_",
        "WEBAUTHN_",
        "PROMETHEUS_",
        "HOST",
        "PORT",
        "WEB_CONCURRENCY",
        "SERVE_",
        "GRACE_",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    patient = {"MONGO_TIMEOUT_MS": "60000"}  # on a busy machine the database may be slow
    return {**kept, **patient, "PYTHONUNBUFFERED": "1", **extra}


@dataclass
class ServerProcess:
    """A running server: its address, its process, and its output so far."""

    base_url: str
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    def read_output(self) -> None:
        """Collect the server's output until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    @property
    def output(self) -> str:
        """Everything written so far."""
        return "".join(self.lines)

    def answers(self) -> bool:
        """Whether `/healthz` answers; fails when the process has ended."""
        assert self.process.poll() is None, f"the server ended:\n{self.output}"
        try:
            return requests.get(self.base_url + "/healthz", timeout=DEADLINE).ok
        except (requests.ConnectionError, requests.Timeout):
            return False


@contextmanager
def server_process(
    command: list[str],
    port: int,
    environment: Mapping[str, str],
    *,
    cwd: Path = ROOT,
    prefix: str = "",
) -> Iterator[ServerProcess]:
    """Run `command` until the block ends; it serves on `port` when the block begins."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=clean_environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    server = ServerProcess(f"http://127.0.0.1:{port}{prefix}", process)
    reader = threading.Thread(target=server.read_output)
    reader.start()
    try:
        until(server.answers, what="the server answers", instead=lambda: server.output)
        yield server
    finally:
        stop(process)
        reader.join(timeout=DEADLINE)
        assert process.stdout is not None
        process.stdout.close()


def stop(process: subprocess.Popen[str]) -> None:
    """Stop the process group by SIGTERM, then by SIGKILL."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, sign)
        try:
            process.wait(timeout=DEADLINE / 2)
        except subprocess.TimeoutExpired:
            continue
        return


@contextmanager
def workers(
    environment: Mapping[str, str],
    *,
    processes: int = 3,
    threads: int = 8,
    served: Sequence[str] = ("wsgi:app",),
) -> Iterator[ServerProcess]:
    """Serve with several worker processes (granian).

    Password hashes take as long as in production; `CHEAP` is for tests of something else.
    """
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(processes), "--blocking-threads", str(threads), *served]
    with server_process(command, port, environment) as server:
        yield server


@contextmanager
def served_by_us(
    environment: Mapping[str, str], *, processes: int = 2, port: int | None = None
) -> Iterator[ServerProcess]:
    """Serve with `python serve.py`, as in production."""
    port = port or free_port()
    ours = {"PORT": str(port), "WEB_CONCURRENCY": str(processes), "PASSWORD_HASH_SLOTS": "2"}
    command = [sys.executable, "serve.py"]
    with server_process(command, port, {**ours, **environment}) as server:
        yield server


@contextmanager
def flask_run(environment: Mapping[str, str]) -> Iterator[ServerProcess]:
    """Serve with `flask run`."""
    port = free_port()
    command = [sys.executable, "-m", "flask", "run", "--port", str(port)]
    with server_process(command, port, environment) as server:
        yield server


@contextmanager
def in_thread(app: Flask) -> Iterator[str]:
    """Serve `app` from a thread of this process, so that its clock can be moved; yield the URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
