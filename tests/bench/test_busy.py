"""How much of its cores a server used is read from the kernel's own account."""

from __future__ import annotations

import os
import time

from bench.busy import during
from bench.processes import Server

HERE = Server("http://127.0.0.1", os.getpid(), 0.0)


def work() -> str:
    """Use a third of a second of processor time."""
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    return "done"


def test_a_server_that_works_all_the_time_uses_its_core() -> None:
    """As far as the machine lets it; of two cores it is half as much."""
    result, part = during(HERE, 1, work)
    assert result == "done"
    assert 0 < part <= 1.2
    assert during(HERE, 2, work)[1] <= 0.6
