"""The share of its cores that a server used, from the kernel's counters."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench.busy import during
from bench.processes import Server, ticks
from tests.support.waiting import until


@pytest.fixture
def server() -> Iterator[Server]:
    """A process that does nothing but work."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        yield Server("http://127.0.0.1", process.pid, 0.0)
        process.kill()


def test_a_server_that_works_all_the_time_uses_its_core(server: Server) -> None:
    """A busy server uses about one core, which is half of two."""

    def watch() -> str:
        end = ticks(server.pid) + 30
        until(lambda: ticks(server.pid) >= end, "it worked for a third of a second")
        return "done"

    result, part = during(server, 1, watch)
    assert result == "done"
    assert 0 < part <= 1.2
    assert 0 < during(server, 2, watch)[1] <= 0.6
