"""`docs/architecture.md` names existing code."""

import re
import tomllib

import pytest

from tests.support.servers import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text()
PATHS = sorted(set(re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", TEXT)))


@pytest.mark.parametrize("path", PATHS)
def test_each_path_that_is_named_exists(path: str) -> None:
    """Paths are relative to the checkout or to the package."""
    assert (ROOT / path).exists() or (ROOT / "authapi" / path).exists()


def test_the_tree_has_every_package() -> None:
    """Each folder of `authapi/` has a line."""
    tree = TEXT.partition("## The tree")[2].partition("## ")[0]
    packages = {path.parent.name for path in (ROOT / "authapi").glob("*/__init__.py")}
    assert packages <= set(re.findall(r"\b(\w+)/", tree))


def test_the_layers_are_those_that_are_checked() -> None:
    """They are those of `pyproject.toml`, except for the wiring."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    checked = next(each for each in contracts["contracts"] if each["type"] == "layers")["layers"]
    told = TEXT.partition("From top to bottom: ")[2].partition(".\n")[0].replace("`", "")
    assert [{*re.findall(r"\w+", layer)} for layer in told.split(">")] == [
        {room.strip().removeprefix("authapi.") for room in layer.split("|")}
        for layer in checked[1:]
    ]
