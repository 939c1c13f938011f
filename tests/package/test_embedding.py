"""`docs/tutorial.md` and `docs/embedding.md`, followed outside of a checkout."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.package.conftest import UNCOMPILED, Newcomer
from tests.support.checkouts import copy_to
from tests.support.servers import ROOT, clean_environment, free_port, server_process
from tests.support.tools import program
from tests.support.waiting import LONGEST

TEXT, TUTORIAL = ((ROOT / "docs" / f"{page}.md").read_text() for page in ("embedding", "tutorial"))
[NOTES] = re.findall(r"```python\n(.*?)```", TUTORIAL, re.DOTALL)
CONFTEST, TESTS, GUESTS, *_ = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
[PAGE] = re.findall(r"```html\n(.*?)```", TEXT, re.DOTALL)
OWN_SETTINGS, SETTINGS = (
    re.findall(r"```\n(AUTHAPI_.*?)```", text, re.DOTALL)[0] for text in (TEXT, TUTORIAL)
)
_, PYTEST, GUESTS_LINES = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
INSTALL, RUN, *STEPS = re.findall(r"```sh\n(.*?)```", TUTORIAL, re.DOTALL)
SEEN = re.findall(r"```json\n(.*?)```", TUTORIAL, re.DOTALL)


def test_the_app_is_a_short_one() -> None:
    """It has about thirty lines."""
    assert len(NOTES.splitlines()) <= 34
    assert len(GUESTS.splitlines()) <= 32


@pytest.mark.external
@pytest.mark.timeout(3600)
def test_the_tutorial_runs_as_it_is_written(tmp_path: Path) -> None:
    """Each command gives the output that the page shows."""
    copy_to(tmp_path / "authapi")
    environment = clean_environment(UNCOMPILED)
    subprocess.run(["sh", "-ec", INSTALL], cwd=tmp_path, env=environment, check=True)
    folder = tmp_path / "notes"
    (folder / "notes.py").write_text(NOTES)
    lines = typed(folder, SETTINGS, "".join(STEPS))
    shown = "".join(SEEN).splitlines()
    assert lines[: len(shown)] == shown
    assert [name for name in ("Ann", "Ben") if name not in "".join(lines[len(shown) :])] == []
    assert (folder / "instance" / "mongo").is_dir()
    assert not [path for path in (folder / ".venv").rglob("instance") if os.path.isdir(path)]


@pytest.mark.external
@pytest.mark.timeout(3600)
def test_its_tests_run_as_they_are_written(newcomer: Newcomer) -> None:
    """They use the pytest plugin of the package; warnings are errors."""
    folder = newcomer.folder / "tested"
    folder.mkdir()
    for name, text in {"notes": NOTES, "conftest": CONFTEST, "test_notes": TESTS}.items():
        (folder / f"{name}.py").write_text(text)
    (folder / ".venv").symlink_to(newcomer.environment)
    done = subprocess.run(
        ["sh", "-ec", f"{PYTEST.strip()} -W error"],
        cwd=folder,
        env=clean_environment({}),
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert "3 passed" in done.stdout, done.stdout + done.stderr
    assert not (folder / "instance").exists()


@pytest.mark.external
@pytest.mark.timeout(3600)
def test_an_app_that_exists_gets_the_service_as_it_is_written(newcomer: Newcomer) -> None:
    """Its page, session and template work as before."""
    (newcomer.folder / "guests.py").write_text(GUESTS)
    (newcomer.folder / "templates").mkdir()
    (newcomer.folder / "templates" / "me.html").write_text(PAGE)
    (newcomer.folder / ".venv").symlink_to(newcomer.environment)
    lines = typed(newcomer.folder, OWN_SETTINGS, GUESTS_LINES, prefix="/auth")
    page = '<p>Hello, Ann. <a href="/auth/docs">How to get a token</a></p>'
    registered = '{"status":"ok","message":"User registered successfully."}'
    assert lines[:2] == [page * 2 + registered, '{"username":"user2"}']
    assert '"code":"not_found"' in lines[2]
    assert any("user2" in line for line in lines[3:])  # as the operator sees it


def typed(folder: Path, settings: str, lines: str, prefix: str = "") -> list[str]:
    """Return the output of commands, run while the app is served."""
    program("curl")
    port = free_port()
    (folder / ".env").write_text(settings)
    command = ["sh", "-c", f"exec {RUN}"]
    serving = {"FLASK_RUN_PORT": str(port)}
    with server_process(command, port, serving, cwd=folder, prefix=prefix) as server:
        done = subprocess.run(
            ["sh", "-ec", lines.replace("127.0.0.1:8000", f"127.0.0.1:{port}")],
            cwd=folder,
            env=clean_environment({}),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    assert done.returncode == 0, done.stderr + server.output
    return done.stdout.splitlines()
