"""The marker of index builds that were not completed."""

import subprocess
import sys
from pathlib import Path

import pytest

from authapi.embedded import index_build_mark, locks
from tests.embedded.actors import ROOT

KILLED_IN_A_BUILD = """
import os, pathlib, signal, sys
from authapi.embedded import index_build_mark
with index_build_mark(pathlib.Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_finished_build_leaves_no_mark(tmp_path: Path) -> None:
    """After a completed build nothing has to be repaired."""
    with index_build_mark(tmp_path) as first:
        pass
    with index_build_mark(tmp_path) as second:
        pass

    assert (first, second) == (False, False)


def test_failed_build_leaves_a_mark(tmp_path: Path) -> None:
    """The next build finds the marker of a failed one."""
    with pytest.raises(ZeroDivisionError), index_build_mark(tmp_path):
        _ = 1 / 0

    with index_build_mark(tmp_path) as interrupted:
        assert interrupted


def test_killed_build_leaves_a_mark(tmp_path: Path) -> None:
    """The next build finds the marker of a killed one, without waiting."""
    subprocess.run([sys.executable, "-c", KILLED_IN_A_BUILD, tmp_path], cwd=ROOT, check=False)

    with index_build_mark(tmp_path) as interrupted:
        assert interrupted


def test_one_builder_at_a_time(tmp_path: Path) -> None:
    """Other processes wait while one builds."""
    with index_build_mark(tmp_path):
        assert locks.try_lock(tmp_path / "indexes.lock") is None
