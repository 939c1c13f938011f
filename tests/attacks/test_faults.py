"""An unexpected exception in the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import pytest
from flask import Flask, abort

from authapi.settings import Settings
from tests.support.actors import Visitor
from tests.support.apps import served
from tests.support.log_stream import recorded_log

ORIGIN = "https://app.example"
SECRET_OF_THE_FAULT = "what only the log may know"


def with_faults(app: Flask) -> None:
    """Give `app` views that fail."""

    @app.get("/fault")
    def fault() -> NoReturn:
        raise ZeroDivisionError(SECRET_OF_THE_FAULT)

    @app.get("/abort/<int:status>")
    def give_up(status: int) -> NoReturn:
        abort(status, SECRET_OF_THE_FAULT)


@pytest.fixture(scope="module")
def unlucky(settings: Settings) -> Iterator[Visitor]:
    """A client of a service whose views raise exceptions."""
    with served(settings, prepare=with_faults) as visitor:
        yield visitor


def test_a_fault_is_a_plain_500(unlucky: Visitor) -> None:
    """S73: The answer is JSON with the request id and nothing else about the fault."""
    answer = unlucky.send("GET", "/fault", headers={"X-Request-ID": "fault-number-1"})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "status": "error",
        "code": "internal_error",
        "message": "Something went wrong on the server.",
        "request_id": "fault-number-1",
    }


def test_the_log_has_the_rest(unlucky: Visitor) -> None:
    """S73: The log has one JSON line with the traceback and the same request id."""
    with recorded_log() as log:
        unlucky.send("GET", "/fault", headers={"X-Request-ID": "fault-number-2"})
    (line,) = [line for line in log.about("fault-number-2") if line["level"] == "ERROR"]
    assert SECRET_OF_THE_FAULT in line["exception"]
    assert "ZeroDivisionError" in line["exception"]


def test_a_fault_can_be_read_by_a_page_and_is_guarded(unlucky: Visitor) -> None:
    """S71, S72, S73: a 500 carries the CORS and security headers."""
    headers = unlucky.send("GET", "/fault", headers={"Origin": ORIGIN}).headers
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-ID"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 429, 500, 501, 503])
def test_an_abort_of_a_view_has_the_one_shape(unlucky: Visitor, status: int) -> None:
    """S73: Every abort becomes JSON, and a 5xx gets no description."""
    answer = unlucky.send("GET", f"/abort/{status}")
    body = answer.json()
    assert body["status"] == "error"
    assert {"code", "message"} <= body.keys()
    assert answer.status_code == status
    assert (SECRET_OF_THE_FAULT in answer.text) == (status < 500)
