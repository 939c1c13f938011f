"""Which Python `make` takes, among stand-ins that answer as Pythons do."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.servers import ROOT

STAND_IN = """#!/bin/sh
case "$2" in
  *version_info*) echo {version} ;;
  *ensurepip*) exit {without_venv} ;;
  *) exit 99 ;;
esac
"""
TOOLS = ("grep", "make", "rm", "sed", "sh")
Machine = Callable[..., Path]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Make a folder that is the whole PATH of a machine: a few tools, and the given Pythons."""
    path = tmp_path / "path"
    path.mkdir()
    for tool in TOOLS:
        (path / tool).symlink_to(str(shutil.which(tool)))

    def with_pythons(*, without_venv: tuple[str, ...] = (), **pythons: str) -> Path:
        for name, version in pythons.items():
            file = path / name.replace("_", ".")
            file.write_text(
                STAND_IN.format(version=version, without_venv=int(version in without_venv))
            )
            file.chmod(0o755)
        return path

    return with_pythons


def chosen(
    path: Path, *arguments: str, variables: Mapping[str, str] = {}, folder: Path | None = None
) -> tuple[str, str]:
    """Return the Python that is chosen on a machine, and what is said where none is."""
    done = subprocess.run(
        ["/bin/sh", str(ROOT / "scripts" / "choose_python.sh"), *arguments],
        cwd=folder or path,
        env={"PATH": str(path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (0 if done.stdout else 1)
    return done.stdout.strip(), done.stderr


def test_the_newest_that_fits_is_taken(machine: Machine) -> None:
    """Whatever `python3` is."""
    path = machine(python3="3.14", python3_14="3.14", python3_12="3.12", python3_11="3.11")
    assert chosen(path) == ("python3.12", "")


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_python3_is_taken_where_it_fits(machine: Machine, version: str) -> None:
    """As on a bare Debian."""
    assert chosen(machine(python3=version)) == ("python3", "")


def test_one_that_has_no_venv_is_passed_over(machine: Machine) -> None:
    """Debian keeps it in a package of its own."""
    path = machine(python3="3.11", python3_13="3.13", without_venv=("3.13",))
    assert chosen(path) == ("python3", "")


def test_a_missing_venv_is_said(machine: Machine) -> None:
    """With the package that has it."""
    none, said = chosen(machine(python3="3.11", without_venv=("3.11",)))
    assert none == ""
    assert "apt-get install python3-venv" in said


@pytest.mark.parametrize(
    ("pythons", "seen"),
    [
        ({"python3": "3.14"}, "python3 is 3.14"),
        ({"python3": "3.9", "python": "2.7"}, "python3 is 3.9, python is 2.7"),
        ({}, "here is none"),
    ],
)
def test_where_none_fits_it_is_said_what_to_do(
    machine: Machine, pythons: dict[str, str], seen: str
) -> None:
    """Which Pythons fit, what there is, and both ways out."""
    none, said = chosen(machine(**pythons))
    assert none == ""
    assert seen in said
    assert "3.11 to 3.13" in said
    assert "make PYTHON=" in said
    assert "MONGO_URI=" in said


def test_with_a_database_of_ones_own_a_newer_python_will_do(
    machine: Machine, tmp_path: Path
) -> None:
    """The development database has no wheels for it; MONGO_URI may stand in `.env` too."""
    path = machine(python3="3.14")
    address = {"MONGO_URI": "mongodb://db.example/authapi"}
    assert chosen(path, variables=address) == ("python3", "")
    (tmp_path / ".env").write_text("A=1\nMONGO_URI=mongodb://db.example/authapi\n")
    assert chosen(path, folder=tmp_path) == ("python3", "")
    assert chosen(path, variables={**address, "NEEDS_DATABASE": "always"})[0] == ""
    assert chosen(path, variables={"NEEDS_DATABASE": "no"}) == ("python3", "")


def test_a_python_that_is_named_is_taken_or_refused(machine: Machine) -> None:
    """Never another one instead."""
    path = machine(python3="3.12", mine="3.11", old="3.10")
    assert chosen(path, "mine") == ("mine", "")
    none, said = chosen(path, "old")
    assert none == ""
    assert "old is 3.10" in said


@pytest.mark.parametrize("target", ["run", "check", "test"])
def test_make_says_so_before_it_installs_anything(
    machine: Machine, tmp_path: Path, target: str
) -> None:
    """Nothing is left behind in the checkout."""
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", checkout / "scripts")
    shutil.copy(ROOT / "Makefile", checkout)
    for name in ("", "-dev", "-embedded", "-tracing"):
        (checkout / f"requirements{name}.txt").write_text("")
    before = sorted(checkout.rglob("*"))
    path = machine(python3="3.14")
    done = subprocess.run(
        [path / "make", target],
        cwd=checkout,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "authapi runs on Python 3.11 to 3.13 (here: python3 is 3.14)." in done.stderr
    assert sorted(checkout.rglob("*")) == before
