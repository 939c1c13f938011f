"""How many cores this process may use."""

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = _CGROUP) -> int:
    """Return how many cores this process may use, at least 1.

    A container often sees all cores of its host, and may use the time of a few: on Linux its
    control group says so, in version 2 (`cpu.max`) or 1 (`cpu.cfs_quota_us`). A part of a core
    is rounded up.
    """
    cores = _seen_cores()
    quota = _quota(cgroup)
    return cores if quota is None else max(1, min(cores, math.ceil(quota)))


def _seen_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(cgroup: Path) -> float | None:
    """Return the cores' worth of time that is allowed, or None when there is no such limit."""
    try:
        if (limit := cgroup / "cpu.max").exists():
            allowed, period = limit.read_text().split()
        else:
            allowed = (cgroup / "cpu" / "cpu.cfs_quota_us").read_text()
            period = (cgroup / "cpu" / "cpu.cfs_period_us").read_text()
        quota = int(allowed) / int(period)  # "max", or -1 in version 1: no limit
    except (OSError, ValueError, ZeroDivisionError):
        return None
    return quota if quota > 0 else None
