"""`make` on platforms without wheels of the pinned packages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.make.conftest import Machine, chosen, environment_of
from tests.support.servers import ROOT


@pytest.mark.parametrize("platform", ["Linux x86_64", "Linux aarch64", "Darwin arm64"])
@pytest.mark.parametrize("purpose", ["run", "serve", "tests", "tools"])
def test_where_there_are_wheels_nothing_else_is_asked_for(
    machine: Machine, platform: str, purpose: str
) -> None:
    """Neither a compiler nor a database is needed."""
    path = machine(python3="3.13", platform=platform)
    assert chosen(path, variables={"PYTHON_FOR": purpose}) == ("python3", "")


@pytest.mark.parametrize(
    "platform", ["Darwin x86_64", "Linux armv7l", "Linux riscv64", "FreeBSD amd64"]
)
def test_where_there_are_none_it_is_said_what_to_do(machine: Machine, platform: str) -> None:
    """The message names Docker, or Rust together with MONGO_URI."""
    path = machine(python3="3.13", platform=platform)
    elsewhere = {"MONGO_URI": "mongodb://db.example/authapi"}
    assert chosen(path, variables={"PYTHON_FOR": "tools"}) == ("python3", "")
    for variables in ({}, elsewhere, {"PYTHON_FOR": "serve"}, {"PYTHON_FOR": "tests"}):
        python, said = chosen(path, variables=variables)
        assert python == ""
        assert f"not {platform}." in said
        assert "Docker" in said
        assert "MONGO_URI='mongodb://...' make run" in said
    (path / "rustc").symlink_to(path / "sh")
    assert chosen(path)[0] == ""
    assert chosen(path, variables=elsewhere) == ("python3", "")
    assert chosen(path, variables={"PYTHON_FOR": "serve"}) == ("python3", "")
    assert chosen(path, variables={**elsewhere, "PYTHON_FOR": "tests"})[0] == ""


def test_the_same_platforms_stand_beside_the_development_database() -> None:
    """On other platforms pip skips it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    [extra] = project["optional-dependencies"]["embedded"]
    [pinned] = re.findall(
        r"^SecantusDB.*", (ROOT / "requirements-embedded.in").read_text(), re.MULTILINE
    )
    assert Requirement(extra) == Requirement(pinned)
    marker = Requirement(pinned).marker
    assert marker is not None
    for python, system, machine, there in (
        ("3.13", "linux", "x86_64", True),
        ("3.11", "linux", "aarch64", True),
        ("3.12", "darwin", "arm64", True),
        ("3.14", "linux", "x86_64", False),
        ("3.13", "darwin", "x86_64", False),
        ("3.13", "linux", "armv7l", False),
    ):
        told = {"python_version": python, "sys_platform": system, "platform_machine": machine}
        assert marker.evaluate(told) == there


def test_an_environment_made_where_there_are_no_wheels_is_kept(
    machine: Machine, tmp_path: Path
) -> None:
    """If MONGO_URI is missing now, `.venv` does not have to be removed."""
    path = machine(ours="3.13", platform="Darwin x86_64")
    environment_of(tmp_path, path / "ours", "3.13")
    none, said = chosen(path, "--made-is", folder=tmp_path)
    assert none == ""
    assert "MONGO_URI=" in said
    assert "rm -rf" not in said
