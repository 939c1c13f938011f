"""A development server whose embedded database cannot start, or has another password."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.embedded.actors import Running
from tests.failures.conftest import bound, development, patient
from tests.support.actors import Visitor, error_code
from tests.support.servers import flask_run
from tests.support.waiting import until

DAMAGED, WRONG = "data/WiredTiger.wt", "password"


@pytest.mark.parametrize(
    ("file", "reason"), [(DAMAGED, "gave up"), (WRONG, "refuses the password")]
)
def test_the_reason_is_told_at_once_until_it_is_mended(
    tmp_path: Path, file: str, reason: str
) -> None:
    """S74: At the start and by `/readyz`; afterwards no restart is needed."""
    with flask_run(patient(tmp_path)) as server:
        visitor = Visitor(server.base_url)
        name = visitor.new_user()
        visitor.close()
    path = tmp_path / "mongo" / file
    until(Running(tmp_path / "mongo").nothing)
    whole = path.read_bytes()
    path.write_bytes(b"damaged")
    with flask_run(development(tmp_path)) as server:
        visitor = Visitor(server.base_url)
        until(lambda: reason in server.output, reason, instead=lambda: server.output)
        answers = [visitor.authenticate(name) for _ in range(3)]
        answers.append(visitor.send("GET", "/readyz"))
        assert [error_code(answer) for answer in answers] == [(503, "service_unavailable")] * 4
        assert max(answer.elapsed.total_seconds() for answer in answers) < bound(visitor)
        assert reason in answers[-1].json()["checks"]["database"]
        path.write_bytes(whole)
        until(lambda: visitor.authenticate(name).ok, "the user logs in")
        visitor.close()
