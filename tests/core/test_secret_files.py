"""Secrets in files: the one that a development server makes, and configured ones."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from authapi.core.secret_files import (
    load_or_create_secret,
    read_secret_file,
    warn_of_exposed,
)
from authapi.core.secrets import weakness
from tests.support.crowd import at_once
from tests.support.servers import ROOT


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    """S18: A restart finds the same strong secret."""
    first = load_or_create_secret(tmp_path / "deep" / "down" / "secret")
    again = load_or_create_secret(tmp_path / "deep" / "down" / "secret")
    assert first == again
    assert weakness(first.reveal()) is None


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    """S18: The file has mode 0600, and a new folder 0700."""
    path = tmp_path / "instance" / "secret"
    load_or_create_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_threads_that_start_at_once_agree(tmp_path: Path) -> None:
    """S18: All get one secret, and no temporary file is left."""
    path = tmp_path / "secret"
    found = at_once([lambda: load_or_create_secret(path)] * 16)
    assert len(set(found)) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    """S18: The first one's file appears as a whole."""
    path = tmp_path / "secret"
    script = "import sys, pathlib; from authapi.core.secret_files import load_or_create_secret;"
    script += "print(load_or_create_secret(pathlib.Path(sys.argv[1])).reveal())"
    command = [sys.executable, "-c", script, str(path)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    outputs = {process.communicate()[0].strip() for process in processes}
    assert outputs == {path.read_text()}


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """S18: It is an `OSError`, since a secret in memory would be lost."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        load_or_create_secret(tmp_path / "file" / "secret")


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe\x00", b"cut-off", b"a" * 64])
def test_a_file_without_a_good_secret_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    """S18, S38: An empty, damaged or short secret is refused, and the file is kept."""
    path = tmp_path / "secret"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"the secret in {path} .* delete it") as refused:
        load_or_create_secret(path)
    assert "cut-off" not in str(refused.value)
    assert path.read_bytes() == content


def test_it_is_on_the_disk_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S18: The file and its folder are synced."""
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(stat.S_ISDIR(os.fstat(fd).st_mode)))
    load_or_create_secret(tmp_path / "secret")
    assert synced == [False, True]


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o640, False), (0o644, True), (0o666, True)]
)
def test_a_file_that_everybody_can_read_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int, warned: bool
) -> None:
    """S18: The warning names the file only."""
    secret = load_or_create_secret(tmp_path / "secret")
    (tmp_path / "secret").chmod(mode)
    warn_of_exposed([secret, "another setting", None])
    assert (f"{tmp_path / 'secret'} holds a secret" in caplog.text) is warned
    assert secret.reveal() not in caplog.text


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "cannot be read"), (b"", "empty"), (b"\xff", "cannot be read")]
)
def test_a_secret_file_that_holds_none_is_refused(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    """S77: A missing, empty or binary file is reported."""
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=problem):
        read_secret_file(str(path))
