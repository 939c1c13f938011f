"""What the processes of a server take of memory, as Linux counts it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

MIB = 1024 * 1024


def family(pid: int) -> list[int]:
    """Return `pid` and all that descend from it; one that ends meanwhile has no more children."""
    members = [pid]
    for member in members:
        with suppress(FileNotFoundError, ProcessLookupError):
            for task in Path(f"/proc/{member}/task").iterdir():
                members += [int(child) for child in (task / "children").read_text().split()]
    return members


def resident(pid: int) -> int:
    """Return the bytes that the family of `pid` holds in memory now."""
    return sum(_status(member, "VmRSS") for member in family(pid))


def peak(pid: int) -> int:
    """Return the most bytes that each member of the family of `pid` ever held, summed up."""
    return sum(_status(member, "VmHWM") for member in family(pid))


def _status(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} tells no {field}")
