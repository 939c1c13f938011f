"""`GET /readyz`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from flask import Flask

from authapi.core.clock import utc_now
from authapi.core.services import Services
from authapi.database import Database
from authapi.settings import Settings
from tests.failures.conftest import bound
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.waiting import until

CHECKS = {"keys": "ok", "database": "ok", "indexes": "ok", "clock": "ok"}


class Operator:
    """Looks after a service with a database of its own."""

    def __init__(self, visitor: Visitor, app: Flask) -> None:
        self.visitor = visitor
        services: Services = app.extensions["authapi"]
        self.database = services[Database]

    def look(self) -> requests.Response:
        """Ask whether the service is ready."""
        return self.visitor.send("GET", "/readyz")


@pytest.fixture
def operator(settings: Settings) -> Iterator[Operator]:
    own = replace(settings, mongo_database=f"test_{secrets.token_hex(6)}")
    made: list[Flask] = []
    with served(own, prepare=made.append) as visitor:
        yield Operator(visitor, made[0])


def test_a_service_that_can_serve_is_ready(visitor: Visitor) -> None:
    """S74: Its keys, database and indexes are checked."""
    answer = visitor.send("GET", "/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": CHECKS}


def test_the_first_look_makes_the_indexes(operator: Operator) -> None:
    """S13: They exist before the first user is registered."""
    assert operator.visitor.send("GET", "/readyz").status_code == 200
    assert operator.database["users"].index_information()["name_key_1"]["unique"]


@pytest.mark.parametrize(
    ("collection", "index"), [("users", "name_key_1"), ("sessions", "expires_at_1")]
)
def test_a_missing_index_is_named(operator: Operator, collection: str, index: str) -> None:
    """S13, S74: The 503 names it; once it is made, the service is ready."""
    operator.visitor.send("GET", "/readyz")
    operator.database[collection].drop_index(index)
    until(lambda: operator.look().status_code == 503, what="the next second's look")
    answer = operator.look()
    assert error_code(answer) == (503, "service_unavailable")
    missing = {"indexes": f"missing: {collection}.{index}", "clock": "not checked"}
    assert answer.json()["checks"] == CHECKS | missing
    operator.database.ensure_indexes()
    until(lambda: operator.look().ok, what="the service is ready again")


@pytest.mark.parametrize("seconds", [20, -20, 3600, -3600])
def test_a_clock_that_is_too_far_from_the_databases_is_told(
    operator: Operator, seconds: int
) -> None:
    """S138: The server is not ready, since others would refuse its tokens."""
    operator.database.server_time._machine = lambda: utc_now() + timedelta(seconds=seconds)
    answer = operator.look()
    told = answer.json()["checks"]["clock"]
    if abs(seconds) == 20:
        assert (answer.status_code, told) == (200, "ok")
    else:
        assert error_code(answer) == (503, "service_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        away = "ahead of" if seconds > 0 else "behind"
        found = re.fullmatch(rf"(\d+) seconds {away} the database's", told)
        assert found
        assert abs(int(found[1]) - 3600) <= 1 + answer.elapsed.total_seconds()


def test_without_a_database_the_service_is_not_ready(stranded: Visitor) -> None:
    """S71, S74: It is a 503 within two seconds, with CORS headers and without a secret."""
    headers = {"Origin": "https://app.example"}
    answer = stranded.send("GET", "/readyz", headers=headers)
    assert error_code(answer) == (503, "service_unavailable")
    assert answer.elapsed.total_seconds() < bound(stranded)
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
    checks = answer.json()["checks"]
    assert checks["keys"] == "ok"
    assert checks["database"].startswith("the database does not answer")
    assert checks["indexes"] == "not checked"
    assert "hidden-password" not in answer.text


@pytest.mark.parametrize("path", ["/register", "/authenticate"])
def test_without_a_database_nobody_gets_in(stranded: Visitor, path: str) -> None:
    """S74: It is a 503 within two seconds."""
    answer = stranded.post(path, {"username": "user1", "password": "password123"})
    assert error_code(answer) == (503, "service_unavailable")
    assert answer.elapsed.total_seconds() < bound(stranded)
    assert int(answer.headers["Retry-After"]) > 0


def test_without_a_database_tokens_are_judged_all_the_same(
    stranded: Visitor, visitor: Visitor
) -> None:
    """S74: A bad token gets a 401; a valid one a 503, since it may have been revoked."""
    tokens = visitor.log_in()
    good = stranded.protected(tokens["access_token"])
    assert error_code(good) == (503, "service_unavailable")
    assert error_code(stranded.protected("x")) == (401, "invalid_token")
    assert error_code(stranded.refresh(tokens["refresh_token"])) == (503, "service_unavailable")
    assert error_code(stranded.refresh("x")) == (400, "invalid_refresh_token")
