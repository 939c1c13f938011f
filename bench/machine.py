"""Describes the machine and the versions of a measurement."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

from bench.places import ROOT
from bench.wrk import path_of_wrk

PACKAGES = (
    "flask",
    "werkzeug",
    "pyjwt",
    "pymongo",
    "argon2-cffi",
    "granian",
    "gunicorn",
    "waitress",
    "uvicorn",
    "fastapi",
    "fastapi-users",
    "beanie",
    "flask-jwt-extended",
    "flask-security-too",
    "mongoengine",
    "SecantusDB",
)


def describe() -> dict[str, object]:
    """Return the processor, cores, memory, system and the code's commit."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])},"
        f" {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
        "commit": _output(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]),
    }


def versions() -> dict[str, str]:
    """Return the versions of all packages and programs that are measured."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    found["wrk"] = _output([path_of_wrk(), "-v"]).partition(" [")[0].removeprefix("wrk ")
    return found


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout.strip()
