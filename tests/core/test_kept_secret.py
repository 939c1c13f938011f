"""The secret that a development server makes and keeps."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from authapi.core.secrets import kept_secret, weakness
from tests.support.crowd import at_once
from tests.support.servers import ROOT


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    """S18: a restart finds the same one, strong enough to sign."""
    first = kept_secret(tmp_path / "deep" / "down" / "secret")
    again = kept_secret(tmp_path / "deep" / "down" / "secret")
    assert first == again
    assert weakness(first.reveal()) is None


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """S18: file 0600, and its folder 0700 if it had to be made."""
    path = tmp_path / "instance" / "secret"
    kept_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_threads_that_start_at_once_agree(tmp_path: Path) -> None:
    """S18: one secret, and no draft of another is left."""
    path = tmp_path / "secret"
    found = at_once([lambda: kept_secret(path)] * 16)
    assert len(set(found)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    """S18: the file appears whole, for the first of them."""
    path = tmp_path / "secret"
    script = "import sys, pathlib; from authapi.core.secrets import kept_secret;"
    script += "print(kept_secret(pathlib.Path(sys.argv[1])).reveal())"
    command = [sys.executable, "-c", script, str(path)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    outputs = {process.communicate()[0].strip() for process in processes}
    assert outputs == {path.read_text()}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """S18: an `OSError`, never a secret in memory that is lost at the next start."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        kept_secret(tmp_path / "file" / "secret")
