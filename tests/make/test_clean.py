"""`make clean` removes what is built or installed, and keeps user data."""

import shutil
import subprocess
from pathlib import Path

from tests.make.conftest import Machine
from tests.support.servers import ROOT

OWN = {".env", "instance"}
EVERYWHERE = {"__pycache__", "*.pyc"}  # Python sees to them itself


def test_what_git_ignores_is_removed_but_for_ones_own(machine: Machine, tmp_path: Path) -> None:
    """Settings and data are kept."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    shutil.copy(ROOT / "Makefile", checkout)
    ignored = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    for name in ignored - EVERYWHERE:
        (checkout / name).mkdir(parents=True)
    path = machine()
    subprocess.run([path / "make", "clean"], cwd=checkout, env={"PATH": str(path)}, check=True)
    assert {name for name in ignored - EVERYWHERE if (checkout / name).exists()} == OWN
