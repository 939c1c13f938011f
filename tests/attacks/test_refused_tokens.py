"""Forged and foreign tokens are recorded."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest
from flask import Flask

from authapi.audit.service import AuditTrail
from authapi.database import Collections
from tests.attacks.forger import Forger
from tests.conftest import services_of
from tests.support.actors import Visitor
from tests.support.clock import MovedClock
from tests.support.log_stream import recorded_log


@pytest.fixture
def hour(clock: MovedClock) -> None:
    """An hour without events of other tests."""
    clock.move(hours=secrets.randbelow(100_000) + 10)
    clock.move_to_next_hour()


def stored(app: Flask, collections: Collections, clock: MovedClock) -> dict[str, int]:
    """Return how often a token of each kind was refused in this hour."""
    services_of(app)[AuditTrail].flush()
    start = clock().replace(minute=0, second=0, microsecond=0)
    query = {"event": "token_refused", "at": {"$gte": start, "$lt": start + timedelta(hours=1)}}
    return {one["reason"]: one["count"] for one in collections["audit_events"].find(query)}


def test_forged_tokens_are_one_event_with_a_count(
    hour: None,
    app: Flask,
    collections: Collections,
    clock: MovedClock,
    visitor: Visitor,
    forger: Forger,
) -> None:
    """S133: They are counted by endpoint; the log has each of them with its request id."""
    with recorded_log() as log:
        for number in range(22):
            foreign = forger.access(key=b"of somebody else", payload={"jti": str(number)})
            assert visitor.protected(foreign).status_code == 401
        visitor.refresh(forger.refresh(payload={"iss": "elsewhere"}))
        visitor.log_out("x")
        ids = {line["request_id"] for line in log.lines if line["message"] == "token_refused"}
    assert len(ids) == 24
    assert stored(app, collections, clock) == {"access_token": 22, "refresh_token": 2}


def test_tokens_of_ours_are_no_such_event(
    hour: None,
    app: Flask,
    collections: Collections,
    clock: MovedClock,
    visitor: Visitor,
) -> None:
    """S133: Valid, expired, ended and used tokens are not counted as forged."""
    tokens = visitor.log_in()
    assert visitor.protected(tokens["access_token"]).status_code == 200
    visitor.refresh(tokens["refresh_token"])
    visitor.refresh(tokens["refresh_token"])
    visitor.protected(tokens["access_token"])
    clock.move(minutes=20)
    visitor.protected(tokens["access_token"])
    assert stored(app, collections, clock) == {}


def test_a_good_token_costs_no_event(visitor: Visitor) -> None:
    """S133: A valid token is not recorded, however often it is used."""
    token = visitor.log_in()["access_token"]
    with recorded_log() as log:
        for _ in range(3):
            assert visitor.protected(token).status_code == 200
    assert log.messages() == []
