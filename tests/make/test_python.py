"""Which Python `make` chooses, with stand-ins for Pythons."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.make.conftest import Machine, chosen, environment_of
from tests.support.servers import ROOT


def test_the_newest_that_fits_is_taken(machine: Machine) -> None:
    """It need not be `python3`."""
    path = machine(python3="3.14", python3_14="3.14", python3_12="3.12", python3_11="3.11")
    assert chosen(path) == ("python3.12", "")


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_python3_is_taken_where_it_fits(machine: Machine, version: str) -> None:
    """It is chosen if no other name exists."""
    assert chosen(machine(python3=version)) == ("python3", "")


def test_one_that_has_no_venv_is_passed_over(machine: Machine) -> None:
    """Debian has the module in a package of its own."""
    path = machine(python3="3.11", python3_13="3.13", without_venv=("3.13",))
    assert chosen(path) == ("python3", "")


def test_a_missing_venv_is_said(machine: Machine) -> None:
    """The message names the Debian package."""
    none, said = chosen(machine(python3="3.11", without_venv=("3.11",)))
    assert none == ""
    assert "apt-get install python3.11-venv" in said


@pytest.mark.parametrize(
    ("pythons", "seen"),
    [
        ({"python3": "3.14"}, "python3 is 3.14"),
        ({"python3_15": "3.15"}, "python3.15 is 3.15"),
        ({"python3": "3.9", "python": "2.7"}, "python3 is 3.9, python is 2.7"),
        ({"python3": "3.11PyPy"}, "python3 is 3.11PyPy"),
        ({"python3": "3.13t"}, "python3 is 3.13t"),
        ({}, "here is none"),
    ],
)
def test_where_none_fits_it_is_said_what_to_do(
    machine: Machine, pythons: dict[str, str], seen: str
) -> None:
    """It lists the supported and the present versions, and two remedies."""
    none, said = chosen(machine(**pythons))
    assert none == ""
    assert seen in said
    assert "3.11 to 3.13" in said
    assert "make PYTHON=" in said
    assert "3.14 and 3.15 work with your own MongoDB: MONGO_URI=" in said


@pytest.mark.parametrize("version", ["3.14", "3.15"])
def test_with_a_database_of_ones_own_a_newer_python_will_do(machine: Machine, version: str) -> None:
    """The tests still need the development database."""
    elsewhere = {"MONGO_URI": "mongodb://db.example/authapi"}
    tests = {**elsewhere, "PYTHON_FOR": "tests"}
    name = f"python{version}"
    path = machine(**{name.replace(".", "_"): version})
    assert chosen(path, variables=elsewhere) == (name, "")
    assert chosen(path, variables={"MONGO_URI_FILE": "/run/secrets/uri"}) == (name, "")
    assert chosen(path, variables={"PYTHON_FOR": "serve"}) == (name, "")
    none, said = chosen(path, variables=tests)
    assert none == ""
    assert "MONGO_URI" not in said


def test_one_that_nobody_tried_is_refused(machine: Machine) -> None:
    """Pinned packages may have no wheels for it."""
    elsewhere = {"MONGO_URI": "mongodb://db.example/authapi"}
    none, said = chosen(machine(python3="3.16"), variables=elsewhere)
    assert none == ""
    assert "here: python3 is 3.16" in said


@pytest.mark.parametrize(
    ("line", "elsewhere"),
    [
        ("MONGO_URI=mongodb://db.example/authapi", True),
        ("  export MONGO_URI = 'mongodb://db.example/authapi'", True),
        ("MONGO_URI_FILE=/run/secrets/uri", True),
        ("# MONGO_URI=mongodb://db.example/authapi", False),
        ('MONGO_URI=""', False),
        ("MONGO_URI= # none", False),
        ("OLD_MONGO_URI=mongodb://db.example/authapi", False),
    ],
)
def test_the_database_may_stand_in_the_environment_file(
    machine: Machine, tmp_path: Path, line: str, elsewhere: bool
) -> None:
    """Any usual notation is read; an empty value does not count."""
    (tmp_path / ".env").write_text(f"A=1\n{line}\nB=2\n")
    python, _ = chosen(machine(python3="3.14"), folder=tmp_path)
    assert python == ("python3" if elsewhere else "")


def test_a_python_that_is_named_is_taken_or_refused(machine: Machine) -> None:
    """Another one is never chosen instead."""
    path = machine(python3="3.12", mine="3.11", old="3.10")
    assert chosen(path, "mine") == ("mine", "")
    assert chosen(path, "") == ("python3", "")
    for name, seen in (("old", "old is 3.10"), ("rubbish", "rubbish is not a Python that runs")):
        none, said = chosen(path, name)
        assert none == ""
        assert f"(here: {seen})" in said


def test_a_named_python_may_have_blanks_in_its_path(machine: Machine, tmp_path: Path) -> None:
    """The path is quoted."""
    path = machine(mine="3.12")
    (tmp_path / "my own").symlink_to(path)
    name = str(tmp_path / "my own" / "mine")
    assert chosen(path, name) == (name, "")


@pytest.mark.parametrize("name", ["rubbish", "/nowhere/python3", "two words"])
def test_no_environment_has_to_go_for_a_slip_of_the_pen(
    machine: Machine, tmp_path: Path, name: str
) -> None:
    """The message is about the named Python, not about `.venv`."""
    path = machine(ours="3.12")
    environment_of(tmp_path, path / "ours", "3.12")
    none, said = chosen(path, "--made-is", name, folder=tmp_path)
    assert (none, said) == ("", f"PYTHON={name} is not a Python that runs.\n")


@pytest.mark.parametrize(
    ("made", "now", "named", "refused"),
    [
        ("3.12", "3.12", "", False),
        ("3.12", "3.12", "mine", False),
        ("3.12", "3.13", "", True),
        ("3.11", "3.11", "mine", True),
        ("3.11", None, "", True),
    ],
)
def test_an_environment_that_another_python_made_is_refused(
    machine: Machine, tmp_path: Path, made: str, now: str | None, named: str, refused: bool
) -> None:
    """The system's Python was replaced, or another one is named."""
    path = machine(mine="3.12", **({"ours": now} if now else {}))
    environment_of(tmp_path, path / "ours", made)
    python, said = chosen(path, "--made-is", named, folder=tmp_path)
    assert (python == "") == refused
    assert ("rm -rf .venv" in said) == refused


def test_an_environment_without_pip_is_refused(machine: Machine, tmp_path: Path) -> None:
    """Otherwise the system's pip would install elsewhere."""
    environment = environment_of(tmp_path, machine(ours="3.13") / "ours", "3.13")
    python, said = chosen(machine(), "--made-is", folder=tmp_path)
    assert (python, said) == (".venv/bin/python", "")
    (environment / "bin" / "pip").unlink()
    python, said = chosen(machine(), "--made-is", folder=tmp_path)
    assert python == ""
    assert "rm -rf .venv" in said


@pytest.mark.parametrize("target", ["run", "check", "test"])
def test_make_says_so_before_it_installs_anything(
    machine: Machine, tmp_path: Path, target: str
) -> None:
    """Nothing is created in the checkout."""
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
