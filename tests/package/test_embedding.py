"""`docs/embedding.md`, done as it is written, in a folder that is no checkout."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.package.conftest import Newcomer
from tests.support.servers import ROOT, clean_environment, free_port, server_process
from tests.support.tools import program
from tests.support.waiting import DEADLINE

TEXT = (ROOT / "docs" / "embedding.md").read_text()
APP, *_ = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
[SETTINGS] = re.findall(r"```\n(AUTHAPI_.*?)```", TEXT, re.DOTALL)
_, RUN, LINES = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)


def test_the_app_is_a_short_one() -> None:
    """About thirty lines, with its blank ones."""
    assert len(APP.splitlines()) <= 32


@pytest.mark.external
@pytest.mark.timeout(900)
def test_a_newcomers_app_runs_as_it_is_written(newcomer: Newcomer) -> None:
    """By the wheel alone; its data is in its own folder, and nothing is in the environment's."""
    program("curl")
    folder = newcomer.folder
    (folder / "notes.py").write_text(APP)
    (folder / ".env").write_text(SETTINGS)
    (folder / ".venv").symlink_to(newcomer.environment)
    port = free_port()
    command = ["sh", "-c", f"exec {RUN}"]
    with server_process(command, port, {"FLASK_RUN_PORT": str(port)}, cwd=folder) as server:
        done = subprocess.run(
            ["sh", "-ec", LINES.replace("127.0.0.1:8000", f"127.0.0.1:{port}")],
            cwd=folder,
            env=clean_environment({}),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
    assert done.returncode == 0, done.stderr + server.output
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        '{"status":"ok","message":"User registered successfully."}',
        '{"notes":["milk"]}',
        '{"status":"error","code":"conflict","message":"You noted that before."}',
        '{"status":"error","code":"missing_token","message":"Missing Authorization header."}',
    ]
    assert any("user1" in line for line in lines[4:])  # as the operator sees it
    assert (folder / "instance" / "mongo").is_dir()
    assert not [path for path in newcomer.environment.rglob("instance") if os.path.isdir(path)]
