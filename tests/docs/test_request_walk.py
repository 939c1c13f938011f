"""`docs/request-walk.md` names existing code."""

import re

import pytest

from tests.support.servers import ROOT

WALK = (ROOT / "docs" / "request-walk.md").read_text()
STOPS = re.findall(r"`(\w+/[\w/]+\.py)`(?:,\s+`(\w+)`(?:\s+and\s+`(\w+)`)?)?", WALK)


def test_the_walk_has_its_stops() -> None:
    """It follows three requests from the view to the document."""
    files = {path for path, *_ in STOPS}
    assert {"authapi/app.py", "authapi/accounts/store.py", "authapi/sessions/opening.py"} <= files


@pytest.mark.parametrize("stop", STOPS, ids="-".join)
def test_each_stop_of_the_walk_exists(stop: tuple[str, ...]) -> None:
    """Each file exists and defines what the page says."""
    path, *names = stop
    code = (ROOT / path).read_text()
    for name in filter(None, names):
        assert re.search(rf"^\s*(def|class) {name}\b", code, re.MULTILINE), name
