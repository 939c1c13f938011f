"""`docs/configuration.md` lists the settings."""

import re
from dataclasses import fields

import pytest

from authapi.settings import Settings
from tests.support.servers import ROOT

FIELDS = {field.metadata["variable"]: field for field in fields(Settings)}
_ROW = re.compile(r"^\|\s*`([A-Z][A-Z0-9_]*)`\s*\|\s*([^|]*?)\s*\|\s*([^|]+?)\s*\|$", re.M)


def documented() -> dict[str, tuple[str, str]]:
    """Return each variable of the tables with its default's cell and its meaning."""
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    return {variable: (default, meaning) for variable, default, meaning in _ROW.findall(text)}


def test_every_variable_is_documented_and_no_other() -> None:
    """S77: Variables and rows correspond."""
    assert documented().keys() == FIELDS.keys()


@pytest.mark.parametrize("variable", FIELDS)
def test_every_default_is_documented_as_it_is(variable: str) -> None:
    """S77: The defaults of code and page are the same."""
    field = FIELDS[variable]
    cell, meaning = documented()[variable]
    assert len(meaning) > 10
    if cell.startswith("`"):
        assert field.metadata["read"](cell.strip("`")) == field.default
    else:
        assert cell == "none"
        assert not field.default
