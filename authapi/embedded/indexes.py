"""Notes index builds on disk: an interrupted one leaves an index that looks complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authapi.core.durable_files import delete_durably, write_durably
from authapi.embedded.locks import lock


@contextmanager
def index_build_mark(folder: Path) -> Iterator[bool]:
    """Build indexes in this block, one process at a time.

    It yields whether an earlier block in `folder` did not come to its end (it failed, or its
    process was killed): then drop the indexes before building them.
    """
    mark = folder / "indexes.unfinished"
    holder = lock(folder / "indexes.lock")
    try:
        interrupted = mark.exists()
        write_durably(mark, "")
        yield interrupted
        delete_durably(mark)
    finally:
        os.close(holder)
