"""The package installed from its wheel, in an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.checkouts import copy_to
from tests.support.servers import clean_environment
from tests.support.waiting import LONGEST

UNCOMPILED = {"PIP_NO_COMPILE": "0"}
"""Has pip leave out bytecode: of what it installs a few modules are imported, and compiled then.
(Its documentation has it so: a flag that begins with `no` is set by what means no.)"""


@dataclass(frozen=True)
class Newcomer:
    """A folder and an environment that has only the package."""

    folder: Path
    environment: Path

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.environment / "bin" / "python"

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in the folder, and return how it ended."""
        return subprocess.run(
            [str(self.environment / "bin" / words[0]), *words[1:]],
            cwd=self.folder,
            env=clean_environment({**UNCOMPILED, **variables}),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )

    def install(self, *words: str) -> None:
        """Install by pip."""
        done = self.run("python", "-m", "pip", "install", "--quiet", *words)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built in an environment of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    copy_to(folder / "checkout")
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    subprocess.run(
        [*words, "--wheel-dir", str(folder), str(folder / "checkout")],
        check=True,
        timeout=LONGEST,
    )
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def newcomer(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Somebody who installed the wheel beside requirements of their own."""
    folder = tmp_path_factory.mktemp("newcomer")
    subprocess.run(
        [sys.executable, "-m", "venv", str(folder / "venv")], check=True, timeout=LONGEST
    )
    (folder / "notes").mkdir()
    newcomer = Newcomer(folder / "notes", folder / "venv")
    (newcomer.folder / "requirements.txt").write_text(
        f"humanize\npytest\nauthapi-flask[embedded,metrics,serve] @ {wheel.as_uri()}\n"
    )
    newcomer.install("--requirement", "requirements.txt")
    return newcomer
