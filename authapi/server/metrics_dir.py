"""The folder in which worker processes count for `/metrics` together."""

import atexit
import os
import shutil
import tempfile

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that `prometheus_client` reads when it is first imported."""


SHARED_MEMORY = "/dev/shm"  # noqa: S108 - mkdtemp makes a folder of its own there
"""Writable in a container of Linux whose disk is read-only."""


def make_metrics_dir() -> str:
    """Make an empty folder for this user alone, removed when this process ends.

    It is in the folder for temporary files, or in shared memory where that cannot be written.

    Raises:
        ValueError: when no folder can be made.
    """
    try:
        folder = _folder_in(None)
    except OSError as error:
        try:
            folder = _folder_in(SHARED_MEMORY)
        except OSError:
            raise ValueError(
                f"METRICS_TOKEN needs a folder to count in ({error.strerror}); "
                "name a writable one in TMPDIR"
            ) from None
    atexit.register(_remove, folder, os.getpid())
    return folder


def _folder_in(parent: str | None) -> str:
    return tempfile.mkdtemp(prefix="authapi-metrics-", dir=parent)


def forget_worker(pid: int) -> None:
    """Remove the gauges of a worker that has ended."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
