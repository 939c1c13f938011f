"""Links in files that are read on the hosting site; `make docs` checks the others."""

from __future__ import annotations

import re

import pytest

from tests.support.servers import ROOT

FILES = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "clients/js/README.md",
    "clients/python/README.md",
]
HOSTED = "../../actions/"
"""Where the host shows what its CI says; it is no file."""


def links() -> list[tuple[str, str]]:
    """Return each file with each place that it leads to, other sites left out."""
    found = [
        (file, link)
        for file in FILES
        for link in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)", text(file))
        for link in filter(None, link)
    ]
    return [(file, link) for file, link in found if "://" not in link and HOSTED not in link]


def text(path: str) -> str:
    """Return what a file says beside its code."""
    return re.sub(r"```.*?```", "", (ROOT / path).read_text(), flags=re.DOTALL)


@pytest.mark.parametrize(("file", "link"), links())
def test_each_link_leads_to_what_is_there(file: str, link: str) -> None:
    """Files, folders and headings exist."""
    path, _, anchor = link.partition("#")
    target = ((ROOT / file).parent / path).resolve() if path else ROOT / file
    assert target.exists()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
        assert anchor in {
            re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in headings
        }


def test_the_readme_leads_to_the_documentation() -> None:
    """It links the index, which links each page."""
    assert ("README.md", "docs/index.md") in links()
