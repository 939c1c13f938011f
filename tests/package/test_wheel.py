"""The wheel and its use in another project."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.package.conftest import Newcomer
from tests.support.checkouts import repository_in
from tests.support.servers import ROOT
from tests.support.waiting import LONGEST

pytestmark = [pytest.mark.external, pytest.mark.timeout(3600)]
STRICT = """\
from flask import Flask

import authapi
from authapi import Settings, create_app, current_identity, init_app, token_required
from authapi.testing import MovedClock, client_of, log_in


def made(settings: Settings | None = None) -> Flask:
    app = create_app(settings)

    @app.get("/notes/<int:number>")
    @token_required
    def note(number: int) -> dict[str, str]:
        return {"owner": current_identity.user_id, "version": authapi.__version__}

    reveal_type(note)
    return app


def added(app: Flask, settings: Settings) -> str:
    init_app(app, "/accounts", settings=settings, clock=MovedClock(), docs=False)
    answer = client_of(app, "Ann", roles=["editor"]).get("/accounts/me")
    return f"{answer.status} {log_in(app).access_token}"
"""


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    """It has code, templates, static files, the list of passwords and `py.typed`."""
    package = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "authapi").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    names = set(zipfile.ZipFile(wheel).namelist())
    metadata = {name for name in names if name.startswith("authapi_flask-")}
    assert names - metadata == package
    assert {Path(name).name for name in metadata} >= {"METADATA", "RECORD", "LICENSE"}


def test_every_module_of_it_can_be_imported(newcomer: Newcomer) -> None:
    """The wheel's requirements are enough."""
    code = (
        "import pkgutil, importlib, authapi\n"
        "for found in pkgutil.walk_packages(authapi.__path__, 'authapi.'):\n"
        "    if not found.name.startswith('authapi.embedded.'):  # some are scripts\n"
        "        importlib.import_module(found.name)\n"
        "print(authapi.__file__)"
    )
    done = newcomer.run("python", "-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(newcomer.environment))


def test_mypy_strict_finds_nothing_wrong_in_a_project_that_uses_it(newcomer: Newcomer) -> None:
    """Decorators keep the types of views."""
    (newcomer.folder / "strict.py").write_text(STRICT)
    python = f"--python-executable={newcomer.python}"
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, python, "strict.py"],
        cwd=newcomer.folder,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "def (number: int) -> dict[str, str]" in done.stdout.replace("builtins.", "")


def test_pip_installs_it_from_a_repository(newcomer: Newcomer, tmp_path: Path) -> None:
    """`pip install git+https://…` works."""
    repository_in(tmp_path / "repository")
    url = f"git+{(tmp_path / 'repository').as_uri()}"
    newcomer.install("--no-deps", "--target", str(tmp_path / "there"), url)
    assert (tmp_path / "there" / "authapi" / "py.typed").exists()
