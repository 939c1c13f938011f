"""The processes of this machine, read from Linux's /proc, since not every machine has `ps`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def lives(pid: int | None) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        return _fields(pid)[0] not in ("Z", "X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def parent(pid: int | None) -> int:
    """Return the id of a process's parent."""
    return int(_fields(pid)[1])


def command(pid: int | None) -> list[str]:
    """Return the arguments of a process's command line; none if it has ended."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def variables(pid: int | None) -> set[str]:
    """Return the names of the environment variables that a process was started with."""
    text = (_PROC / str(pid) / "environ").read_bytes().decode(errors="replace")
    return {variable.partition("=")[0] for variable in text.split("\0") if variable}


def group(leader: int) -> Iterator[int]:
    """Yield the ids of all processes in the process group of `leader`."""
    for entry in _PROC.glob("[0-9]*"):
        try:
            if int(_fields(int(entry.name))[2]) == leader:
                yield int(entry.name)
        except (FileNotFoundError, ProcessLookupError):
            continue


def _fields(pid: int | None) -> list[str]:
    """Return the fields after a process's name in its `stat`: state, parent, group, and more."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def stands_still(pid: int) -> bool:
    """Whether every thread of a process that was sent SIGSTOP has stopped, which takes a moment.

    Without `/proc` the answer is always true.
    """
    threads = Path(f"/proc/{pid}/task")
    if not threads.exists():
        return True
    found = [(thread / "stat").read_text() for thread in threads.iterdir()]
    return all(stat.rpartition(")")[2].split()[0] == "T" for stat in found)
