"""The cores of each process while a group is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from authapi.core.cores import usable_cores

APART, TOGETHER = "apart", "together"


class TooFewCores(Exception):
    """The machine has too few cores for a layout."""


@dataclass(frozen=True)
class Layout:
    """The division of the cores.

    Attributes:
        name: `apart` or `together`.
        service: the cores of the measured server, which has one process for each.
        others: the cores of the database server, of wrk and of the benchmark.
    """

    name: str
    service: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def processes(self) -> int:
        """The number of processes of a server."""
        return len(self.service)

    def __str__(self) -> str:
        cores = f"{_counted(self.processes, 'process', 'es')} on {_counted(self.processes, 'core')}"
        if self.name == TOGETHER:
            return f"together: {cores}, with the database and wrk on the same"
        return f"apart: {cores}, the database and wrk on {len(self.others)} other"


def arranged(name: str, cores: Sequence[int]) -> Layout:
    """Return a layout of these cores; with `apart`, the first half is the service's.

    Raises:
        TooFewCores: there is only one core, which cannot be divided.
    """
    if name == TOGETHER:
        return Layout(name, tuple(cores), tuple(cores))
    if len(cores) < 2:
        raise TooFewCores(
            "the service cannot be apart from its database on a machine with one core;"
            " the groups that share it can be measured: --group shared,servers,memory,cold"
        )
    half = len(cores) // 2
    return Layout(name, tuple(cores[:half]), tuple(cores[half:]))


def available() -> list[int]:
    """Return the cores that this process may use: no more than a container's share of time."""
    return sorted(os.sched_getaffinity(0))[: usable_cores()]


@contextmanager
def on(cores: Sequence[int]) -> Iterator[None]:
    """Keep this thread, and what it starts meanwhile, on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def move(pid: int, cores: Sequence[int]) -> None:
    """Move each thread of a running process to these cores; threads that begin later follow."""
    moved: set[int] = set()
    while threads := {int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()} - moved:
        for thread in threads:
            with suppress(ProcessLookupError):  # it ended
                os.sched_setaffinity(thread, cores)
        moved |= threads


def _counted(number: int, noun: str, ending: str = "s") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}{ending}"
