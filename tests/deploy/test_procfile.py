"""The Procfile, run as Heroku does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import requests

from tests.support.servers import free_port, server_process
from tests.support.waiting import DEADLINE


def test_the_web_process_serves_at_the_port_that_it_is_given(environment: dict[str, str]) -> None:
    """It serves on the PORT of the platform."""
    port = free_port()
    command = [sys.executable, "-m", "honcho", "start", "--port", str(port), "web"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with server_process(command, port, {**environment, "PATH": path}) as server:
        answer = requests.get(server.base_url + "/readyz", timeout=DEADLINE)
        assert answer.json()["status"] == "ok"
