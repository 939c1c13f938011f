"""Every document gives the same number of database commands for a login."""

import re

import pytest

from tests.scaling.tables import documented_commands
from tests.support.servers import ROOT

NUMBERS = ("four", "five", "six", "seven", "eight", "nine", "ten")
SAID = {
    "deployment.md": r"a login asks it (\w+) times",
    "scaling.md": r"A login costs (\w+) commands",
    "performance.md": r"the service with its (\w+) ",
}


@pytest.mark.parametrize("page", SAID)
def test_the_number_is_that_of_the_table(page: str) -> None:
    """The table of docs/scaling.md is checked on the running service."""
    text = (ROOT / "docs" / page).read_text().replace("\n", " ")
    [word] = re.findall(SAID[page], text)
    assert NUMBERS.index(word) + 4 == len(documented_commands()["POST /authenticate"])
