"""`docs/deployment.md` and `docs/monitoring.md` name the files of `deploy/`."""

import re

from tests.support.servers import ROOT

TEXT = (ROOT / "docs" / "deployment.md").read_text()
MONITORING = (ROOT / "docs" / "monitoring.md").read_text()
FILES = re.findall(r"\bdeploy/[\w/.-]*\w", TEXT + MONITORING)
NAMED = set(FILES) | {"Dockerfile", "compose.yaml", "Procfile"}


def test_every_deployment_of_the_table_has_its_section() -> None:
    """The links of the first table lead to headings."""
    links = re.findall(r"^\|.*\]\(#([a-z-]+)\)", TEXT, re.MULTILINE)
    heads = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z -]", "", head.lower()).replace(" ", "-") for head in heads}
    assert len(links) > 6
    assert set(links) <= anchors


def test_every_file_that_is_named_is_there() -> None:
    """Each file exists."""
    assert [name for name in NAMED if not (ROOT / name).exists()] == []


def test_every_file_of_a_deployment_is_named() -> None:
    """No file of `deploy/` is left out."""
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "deploy").rglob("*") if path.is_file()}
    assert there <= NAMED
