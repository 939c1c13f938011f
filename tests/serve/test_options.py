"""The options of the server and their documentation."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from authapi.server.options import Options, described
from authapi.settings import Settings
from tests.settings.variables import ENOUGH
from tests.support.servers import ROOT

FIELDS = {spec.metadata["variable"]: spec for spec in fields(Options)}
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", PAGE, re.M))


def test_every_variable_is_documented() -> None:
    """S77: They are in docs/deployment.md with their defaults, and in `--help`."""
    assert ROWS.keys() == FIELDS.keys()
    for variable, spec in FIELDS.items():
        assert spec.metadata["read"](ROWS[variable]) == spec.default
        assert f"  {variable} " in described()


@pytest.mark.parametrize("variable", FIELDS)
def test_an_empty_variable_counts_as_absent(variable: str) -> None:
    """S77: The default is used."""
    assert Options.from_environ({variable: " "}) == Options()


def test_threads_are_left_for_what_is_quick() -> None:
    """S12: The default is 14 more than logins may use."""
    settings = Settings.from_environ(
        {**ENOUGH, "PASSWORD_HASH_SLOTS": "3", "PASSWORD_HASH_QUEUE_LIMIT": "20"}
    )
    assert Options().threads_for(settings) == 3 + 20 + 14
    assert Options.from_environ({"SERVE_THREADS": "8"}).threads_for(settings) == 8


def test_there_is_a_process_for_each_core() -> None:
    """Another number can be set."""
    assert Options().processes >= 1
    assert Options.from_environ({"WEB_CONCURRENCY": "5"}).processes == 5
