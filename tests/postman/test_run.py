"""The collection, run by newman against a live server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postman import newman
from tests.support.servers import flask_run

pytestmark = pytest.mark.xdist_group("postman")


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[str]:
    """The address of a development server."""
    with flask_run(environment) as server:
        yield server.base_url


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_request_passes_its_tests(server: str, tmp_path: Path, time: str) -> None:
    """S50, S51, S58: the whole collection passes, and once more on the same database."""
    report = newman.run(server, tmp_path / "report.json")
    assert report["failures"] == []
    tested = {
        execution["item"]["name"]: [test["assertion"] for test in execution["assertions"]]
        for execution in report["executions"]
    }
    assert list(tested) == [item["name"] for item in newman.requests()]
    assert all(len(tests) >= 3 for tests in tested.values()), tested


def test_the_run_fails_where_something_else_answers(
    environment: dict[str, str], server: str, tmp_path: Path
) -> None:
    """A server that is not this service does not pass."""
    with pytest.raises(AssertionError, match="expected response to have status code 200"):
        newman.run(f"{server}/docs", tmp_path / "report.json")
