"""The documents name existing classes and methods."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.support.servers import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMED = re.compile(r"`([A-Z]\w+)\.([a-z_]\w*)(?:\(.*?\))?`")


@cache
def bodies() -> dict[str, str]:
    """Return the code of every class of the service, by its name; of namesakes, together."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "authapi").rglob("*.py")):
        for name, body in re.findall(
            r"^class (\w+).*?:\n(.*?)(?=^\S|\Z)", path.read_text(), re.MULTILINE | re.DOTALL
        ):
            found[name] = found.get(name, "") + body
    return found


def test_classes_are_named_on_some_page() -> None:
    """The test below has something to check."""
    assert len([name for page in PAGES for name in NAMED.findall(page.read_text())]) > 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_method_that_a_page_names_exists(page: Path) -> None:
    """Only classes of the service are checked."""
    for owner, member in NAMED.findall(page.read_text()):
        if body := bodies().get(owner):
            assert re.search(rf"^    (?:def |async def )?{member}\b", body, re.MULTILINE), (
                f"{owner}.{member}"
            )
