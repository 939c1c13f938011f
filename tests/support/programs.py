"""The programs that some tests run beside Python, and which of them this machine lacks.

    python3 tests/support/programs.py              list the tests to be skipped, and what to install
    python3 tests/support/programs.py --packages   list the Debian packages that are missing

It runs before anything is installed, so it needs only Python's standard library.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGES = {
    "buildah": "buildah",
    "caddy": "caddy",
    "chromium": "chromium",
    "curl": "curl",
    "firefox-esr": "firefox-esr",
    "git": "git",
    "mmdebstrap": "mmdebstrap",
    "nginx": "nginx",
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "systemd-analyze": "systemd",
    "systemd-nspawn": "systemd-container",
    "wrk": "wrk",
}
"""The Debian package of each program."""

NEEDS = {
    "the extension in Chromium, and the web page": ("chromium",),
    "the extension in Firefox": ("firefox-esr",),
    "the lines for curl in the README, docs and examples": ("curl",),
    "the bundle for Elastic Beanstalk": ("git",),
    "the service behind nginx": ("nginx",),
    "the service behind Caddy": ("caddy",),
    "the alerts and the dashboard's questions": ("prometheus", "promtool"),
    "the benchmark's own tests": ("wrk",),
    "the systemd unit as systemd judges it": ("systemd-analyze",),
    "the systemd unit, started": ("mmdebstrap", "systemd-nspawn"),
    "the container image": ("mmdebstrap", "buildah"),
}
"""What is tested with which programs."""

AS_ROOT = ("the systemd unit, started", "the container image")


def find(name: str) -> str | None:
    """Return the path of a program, also in system folders that are not in a user's PATH.

    A snap does not count: it cannot read the tests' folders.
    """
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    found = shutil.which(name, path=path)
    return None if found and Path(found).resolve().name == "snap" else found


def left_out() -> Iterator[tuple[str, str]]:
    """Yield what cannot be tested on this machine, and why."""
    for what, programs in NEEDS.items():
        missing = [name for name in programs if not find(name)]
        reasons = [f"no {' and no '.join(missing)}"] if missing else []
        if what in AS_ROOT and os.geteuid() != 0:
            reasons.append("needs root: sudo make test")
        if reasons:
            yield what, ", ".join(reasons)


def missing_packages() -> list[str]:
    """Return the Debian packages of the programs that are missing."""
    return sorted({package for name, package in PACKAGES.items() if not find(name)})


def report() -> Iterator[str]:
    """Yield the lines of the list, none if nothing is missing."""
    if not (parts := list(left_out())):
        return
    yield "Left out on this machine:"
    yield from (f"  - {what} ({why})" for what, why in parts)
    if packages := missing_packages():
        yield f"To run more of them: sudo apt-get install {' '.join(packages)}"
    yield ""


def main() -> None:
    """Print the list, or the packages."""
    lines = missing_packages() if sys.argv[1:] == ["--packages"] else report()
    for line in lines:
        print(line)  # noqa: T201 - a command's output


if __name__ == "__main__":
    main()
