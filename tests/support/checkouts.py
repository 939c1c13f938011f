"""Copies of this checkout, without anything that was installed, built or stored in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.support.servers import ROOT


def copy_to(folder: Path) -> None:
    """Copy every file that git tracks or does not ignore to `folder`."""
    for name in listed():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


def repository_in(folder: Path) -> None:
    """Make a repository in `folder` whose only commit is a copy of this checkout."""
    copy_to(folder)
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all")
    who = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    _git(folder, *who, "commit", "--quiet", "--message", "As it is now")


def listed() -> list[str]:
    """Return the paths of all files that git tracks or does not ignore."""
    names = _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout
