"""A PATH with stand-ins for Pythons."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.servers import ROOT

STAND_IN = """#!/bin/sh
case "$2" in
  *version_info*) echo {version} ;;
  *machine*) echo {platform} ;;
  *ensurepip*) exit {without_venv} ;;
  *) exit 99 ;;
esac
"""
TOOLS = ("grep", "make", "rm", "sed", "sh")
Machine = Callable[..., Path]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Make a folder that is the whole PATH of a machine: a few tools, and the given Pythons."""
    path = tmp_path / "path"
    path.mkdir()
    for tool in TOOLS:
        (path / tool).symlink_to(str(shutil.which(tool)))

    def with_pythons(
        *, without_venv: tuple[str, ...] = (), platform: str = "Linux x86_64", **pythons: str
    ) -> Path:
        for name, version in pythons.items():
            file = path / name.replace("_", ".")
            lacks_venv = int(version in without_venv)
            file.write_text(
                STAND_IN.format(version=version, platform=platform, without_venv=lacks_venv)
            )
            file.chmod(0o755)
        return path

    return with_pythons


def chosen(
    path: Path, *arguments: str, variables: Mapping[str, str] = {}, folder: Path | None = None
) -> tuple[str, str]:
    """Return the Python that the script chooses, and its message if there is none."""
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "choose_python.sh"), *arguments],
        cwd=folder or path,
        env={"PATH": str(path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if done.stdout else 1)
    return done.stdout.strip(), done.stderr


def environment_of(folder: Path, python: Path, version: str) -> Path:
    """Make what `python -m venv .venv` leaves in a folder; return it."""
    environment = folder / ".venv"
    (environment / "lib" / f"python{version}").mkdir(parents=True)
    (environment / "bin").mkdir()
    (environment / "bin" / "python").symlink_to(python)
    (environment / "bin" / "pip").touch()
    return environment
