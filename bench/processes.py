"""Starts servers, waits until they answer, measures their memory, and stops them."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.layouts import on
from bench.places import LOGS, ROOT
from tests.support.servers import clean_environment, free_port

__all__ = ["Server", "ServerFailed", "free_port", "settle", "started", "weigh"]

_TIMEOUT = 60.0  # seconds that a server has to answer
_STOP = 15.0  # seconds that a server has to stop
_SETTLE = 10.0  # seconds that a server may take for requests left by a run
_MOMENT = 0.1  # seconds in which an idle server uses no processor time
_LOOK = 0.002  # seconds between two checks


class ServerFailed(Exception):
    """A server did not start; the message ends with its output."""


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        base_url: where it answers.
        pid: its first process.
        seconds: how long it took from its start to its first answer.
    """

    base_url: str
    pid: int
    seconds: float

    def workers(self) -> list[int]:
        """Return the processes that answer requests, by their ids."""
        children = [pid for pid in _children(self.pid) if "resource_tracker" not in command_of(pid)]
        return children or [self.pid]


@contextmanager
def started(
    name: str,
    command: Sequence[str],
    port: int,
    environment: Mapping[str, str],
    path: str,
    cores: Sequence[int],
    folder: Path = ROOT,
) -> Iterator[Server]:
    """Run a server on some cores until the block ends; it answers `path` when the block begins.

    It is started in `folder`, where Python finds its code.

    Raises:
        ServerFailed: it does not answer within a minute.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name.replace(' ', '-').replace('/', '-')}.log"
    with log.open("w") as output, on(cores):
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=folder,
            env=clean_environment(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, port, path, log)
        yield Server(f"http://127.0.0.1:{port}", process.pid, time.perf_counter() - began)
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + _TIMEOUT
    while not _answers(port, path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ServerFailed(f"{log}: {log.read_text()[-2000:]}")
        time.sleep(_LOOK)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=_STOP)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def settle(server: Server) -> None:
    """Wait until the server has finished the requests of a run, which would slow down the next one.

    wrk closes its connections at the end, and the server goes on with their requests. It is idle
    when its workers used almost no processor time for a moment.
    """
    deadline = time.monotonic() + _SETTLE
    while time.monotonic() < deadline:
        before = sum(map(ticks, server.workers()))
        time.sleep(_MOMENT)
        if sum(map(ticks, server.workers())) - before <= 1:
            return


def ticks(pid: int) -> int:
    """Return the processor time of a process, in hundredths of a second."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def weigh(server: Server) -> dict[str, float]:
    """Return the memory of a worker in MiB: `rss`, `pss`, `uss`, each the mean of all workers."""
    weights = [_weight(pid) for pid in server.workers()]
    return {kind: sum(one[kind] for one in weights) / len(weights) for kind in weights[0]}


def _weight(pid: int) -> dict[str, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    own = kib["Private_Clean"] + kib["Private_Dirty"]
    return {"rss": kib["Rss"] / 1024, "pss": kib["Pss"] / 1024, "uss": own / 1024}


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError):  # the thread ended just now
            found += map(int, file.read_text().split())
    return found


def command_of(pid: int) -> str:
    """Return the command line of a process; an empty one if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
