"""A database that refuses the service, or does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.failures.conftest import bound
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.servers import SECRET, ServerProcess, free_port, workers

WRONG = "not-the-password-of-this-database"


@pytest.fixture(params=["wrong password", "nobody there"])
def server(request: pytest.FixtureRequest, environment: dict[str, str]) -> Iterator[ServerProcess]:
    """A production server that cannot use its database."""
    uri = environment["MONGO_URI"]
    if request.param == "wrong password":
        uri = re.sub(r"(//[^:]+):[^@]+@", rf"\1:{WRONG}@", uri)
        assert WRONG in uri
    else:
        uri = f"mongodb://someone:{WRONG}@127.0.0.1:{free_port()}/authapi"
    away = {**environment, "MONGO_URI": uri, "MONGO_TIMEOUT_MS": "1200"}
    with workers(away, processes=1) as server:
        yield server


@pytest.fixture
def guest(server: ServerProcess) -> Iterator[Visitor]:
    guest = Visitor(server.base_url)
    yield guest
    guest.close()


def test_it_says_503_and_no_secret(server: ServerProcess, guest: Visitor) -> None:
    """S74, S76: Every answer is a 503 within two seconds; answers and log have no secret."""
    answers = [
        guest.register("somebody"),
        guest.authenticate("somebody"),
        guest.send("GET", "/readyz"),
    ]
    assert [error_code(answer) for answer in answers] == [(503, "service_unavailable")] * 3
    assert max(answer.elapsed.total_seconds() for answer in answers) < bound(guest)
    told = server.output + "".join(answer.text for answer in answers)
    assert "the database is unavailable" in told
    assert not [secret for secret in (WRONG, SECRET, PASSWORD) if secret in told]


def test_readiness_says_what_is_wrong(guest: Visitor) -> None:
    """`/readyz` names the failed check; `/healthz` still succeeds."""
    checks = guest.send("GET", "/readyz").json()["checks"]
    assert checks["keys"] == "ok"
    assert checks["database"].startswith("the database does not answer")
    assert guest.send("GET", "/healthz").status_code == 200
