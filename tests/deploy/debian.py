"""A small Debian with Python and systemd, for what must not be tried on the machine itself."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

from tests.support.tools import program

INCLUDED = "ca-certificates,curl,dbus,python3,python3-venv,systemd-sysv"
OF_THIS_MACHINE = [
    path for path in ("/etc/pip.conf", "/etc/ssl/certs", "/etc/hosts") if Path(path).exists()
]
"""What it borrows: pip installs from where this machine's does, and trusts whom it trusts."""
_NOT_NEEDED = [
    f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("doc", "man", "locale")
]


def archive(folder: Path) -> Path:
    """Return its files in a tar archive, made once for all test processes that share `folder`."""
    made = folder / "debian.tar"
    with (folder / "debian.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            unfinished = folder / "unfinished.tar"
            command = [program("mmdebstrap"), "--quiet", "--variant=minbase", *_NOT_NEEDED]
            command += [f"--include={INCLUDED}", "bookworm", str(unfinished)]
            run([*command, *map(str, Path("/etc/apt/sources.list.d").glob("debian*.sources"))])
            unfinished.rename(made)
    return made


def run(command: list[str]) -> str:
    """Run a command, and return what it prints; one that fails says why."""
    # A shell's own locale is not known inside.
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout.strip()
