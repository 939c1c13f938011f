"""How many cores a process may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from authapi.core.cores import usable_cores


def group(folder: Path, files: dict[str, str]) -> Path:
    """Make a control group's files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    "files",
    [
        {"cpu.max": "50000 100000\n"},
        {"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"},
    ],
    ids=["version 2", "version 1"],
)
def test_a_containers_share_counts(tmp_path: Path, files: dict[str, str]) -> None:
    """S12: Half a core counts as one, however many the host has."""
    assert usable_cores(group(tmp_path, files)) == 1


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"cpu.max": "max 100000\n"},
        {"cpu.max": ""},
        {"cpu.max": "6400000 100000\n"},
        {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
        {"cpu/cpu.cfs_quota_us": "5\n", "cpu/cpu.cfs_period_us": "0\n"},
    ],
)
def test_without_a_limit_it_is_the_machines(tmp_path: Path, files: dict[str, str]) -> None:
    """S12: It is the number of cores that this process may run on."""
    assert usable_cores(group(tmp_path, files)) == usable_cores(tmp_path / "nowhere") >= 1
