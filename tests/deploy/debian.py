"""A minimal Debian, for tests that must not change this machine."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.tools import program, root

FOR_A_SERVICE = "ca-certificates,curl,dbus,python3,python3-venv,systemd-sysv"
OF_THIS_MACHINE = [
    path for path in ("/etc/pip.conf", "/etc/ssl/certs", "/etc/hosts") if Path(path).exists()
]
"""What it borrows: pip installs from where this machine's does, and trusts whom it trusts."""
_NOT_NEEDED = [
    f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("doc", "man", "locale")
]
_OLD_MIRROR = '--aptopt=Acquire::Check-Valid-Until "false"'
"""A mirror that is some weeks behind will do; what it has is signed all the same."""


def archive(folder: Path, release: str = "bookworm", packages: str = FOR_A_SERVICE) -> Path:
    """Return its files in a tar archive, made once for all test processes that share `folder`.

    Args:
        folder: where the archive is kept.
        release: Debian's name for it.
        packages: what is installed besides the least that there is, with commas between.
    """
    root()
    named = hashlib.sha256(packages.encode()).hexdigest()[:8]
    made = folder / f"debian-{release}-{named}.tar"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = made.with_suffix(".unfinished.tar")
            command = [program("mmdebstrap"), "--quiet", "--variant=minbase", *_NOT_NEEDED]
            command += [_OLD_MIRROR]
            command += [f"--include={packages}", release, str(unfinished)]
            run([*command, *map(str, _sources(folder, release))])
            unfinished.rename(made)
    return made


def _sources(folder: Path, release: str) -> Iterator[Path]:
    """Yield this machine's package sources for another release."""
    system = Path("/etc/os-release").read_text()
    ours = dict(line.split("=", 1) for line in system.splitlines() if "=" in line)
    for path in Path("/etc/apt/sources.list.d").glob("debian*.sources"):
        file = folder / f"{release}-{path.name}"
        file.write_text(path.read_text().replace(ours["VERSION_CODENAME"], release))
        yield file


def run(command: list[str]) -> str:
    """Run a command, and return what it prints; one that fails says why."""
    # A shell's own locale is not known inside.
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout.strip()
