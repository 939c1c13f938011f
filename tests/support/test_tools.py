"""Tests on a machine that lacks programs."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import programs, tools
from tests.support.servers import ROOT


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No program anywhere, and no root."""
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    monkeypatch.setattr("os.geteuid", lambda: 1000)


@pytest.mark.usefixtures("nothing_installed")
def test_in_ci_a_missing_program_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says how to install it."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install systemd-container"):
        tools.program("systemd-nspawn")
    with pytest.raises(pytest.fail.Exception, match="root"):
        tools.root()


@pytest.mark.usefixtures("nothing_installed")
def test_elsewhere_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test is skipped."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install nginx"):
        tools.program("nginx")


@pytest.mark.usefixtures("nothing_installed")
def test_all_that_is_left_out_is_one_list_with_one_line_to_type() -> None:
    """It has reasons, and one command for all packages."""
    first, *parts, line, last = programs.report()
    assert (first, last) == ("Left out on this machine:", "")
    assert "  - the service behind nginx (no nginx)" in parts
    assert (
        "  - the container image (no mmdebstrap and no buildah, needs root: sudo make test)"
        in parts
    )
    assert len(parts) == len(programs.NEEDS)
    _, _, packages = line.partition("sudo apt-get install ")
    assert packages.split() == sorted(set(programs.PACKAGES.values()))


def test_where_nothing_is_missing_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is empty."""
    monkeypatch.setattr("shutil.which", lambda name, **_: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert list(programs.report()) == []
    assert programs.missing_packages() == []


def test_a_browser_packed_as_a_snap_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snap cannot read the tests' folders."""
    snap = tmp_path / "snap"
    snap.write_text("")
    snap.chmod(0o755)
    (tmp_path / "chromium").symlink_to(snap)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs.find("chromium") is None


def test_the_list_runs_before_anything_is_installed(tmp_path: Path) -> None:
    """It needs Python's standard library only."""
    command = [sys.executable, "-I", "-S", programs.__file__]
    bare = {"PATH": str(tmp_path)}
    said = subprocess.check_output(command, cwd=tmp_path, env=bare, text=True)
    named = subprocess.check_output([*command, "--packages"], cwd=tmp_path, env=bare, text=True)
    assert said.startswith("Left out on this machine:")
    assert "chromium" in named.split()


def test_the_list_knows_every_program_that_tests_ask_for() -> None:
    """Each has a package and a purpose."""
    asked = {name for path in (ROOT / "tests").rglob("*.py") for name in _asked_for(path)}
    assert asked == programs.PACKAGES.keys()
    assert {name for names in programs.NEEDS.values() for name in names} == asked
    assert set(programs.AS_ROOT) <= programs.NEEDS.keys()


def _asked_for(path: Path) -> list[str]:
    if path == Path(__file__):
        return []
    return [
        str(call.args[0].value)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "program"
        if isinstance(call.args[0], ast.Constant)
    ]
