"""How much one address can store in the limits' collection."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import bson
import pytest

from authapi.core.client import Client
from authapi.core.errors import ApiError
from authapi.core.services import Services
from authapi.database import Database, Document
from authapi.limits.attempts import Reason
from authapi.limits.service import Limits
from authapi.settings import Settings
from authapi.wiring import build
from tests.support.clock import MovedClock
from tests.support.servers import ROOT

RATE = Settings.limit_login_failures_per_address
FAILURES_A_SECOND = RATE.count / RATE.window.total_seconds()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
HOSTILE = Client("203.0.113.66", "test")


@pytest.fixture
def services(settings: Settings, clock: MovedClock) -> Iterator[Services]:
    """The service's objects with the limits' default numbers, on a fresh database."""
    defaults = {
        name: getattr(Settings, name)
        for name in ("limit_login_failures", "limit_failures_in_a_row", "limit_refreshes")
    }
    fresh = f"test_{secrets.token_hex(6)}"
    services = build(replace(settings, mongo_database=fresh, **defaults), clock)
    yield services
    services[Database].close()


def fail(limits: Limits, name: str, times: int, clock: MovedClock) -> None:
    """Guess so often at an account, and wait as long as told in between."""
    failures = 0
    while failures < times:
        try:
            with limits.password_attempt(name, HOSTILE).checking() as attempt:
                attempt.fail()
        except ApiError as refused:
            clock.move(seconds=refused.retry_after or 0)
        else:
            failures += 1


def documented(action: str) -> tuple[int, float]:
    """Return the documents, and the megabytes of them, that the table allows."""
    row = re.search(rf"^\| {action} \| ([\d,]+) \| ([\d.]+) \|$", OPERATIONS, re.MULTILINE)
    assert row, action
    return int(row[1].replace(",", "")), float(row[2])


@pytest.mark.parametrize(
    ("action", "times", "names"),
    [
        ("fails once at each of ever new names", 1, 20),
        ("fails ten times at each", 10, 4),
        ("fails until the backoff is active, and then three times more", 103, 1),
    ],
)
def test_failures_leave_no_more_than_the_table_says(
    services: Services, clock: MovedClock, action: str, times: int, names: int
) -> None:
    """S130: This is measured with as many failures as an address may have.

    What is there at any moment is what a failure leaves, times how long that stays, times how many
    failures there are in a second.
    """
    for _ in range(names):
        fail(services[Limits], secrets.token_hex(8), times, clock)
    documents = list(services[Database]["limits"].find())
    failures = times * names
    documents_a_failure = sum(map(seconds_kept, documents)) / failures
    bytes_a_failure = sum(seconds_kept(one) * len(bson.encode(one)) for one in documents) / failures
    most, megabytes = documented(action)
    assert most * 0.9 < documents_a_failure * FAILURES_A_SECOND <= most
    assert megabytes * 0.7 < bytes_a_failure * FAILURES_A_SECOND / 1e6 <= megabytes


def seconds_kept(document: Document) -> float:
    """Return how long a streak stays after its last failure; windows are measured below."""
    if "failed_at" not in document:
        return 0
    seconds: float = (document["expires_at"] - document["failed_at"]).total_seconds()
    return seconds


def test_windows_leave_no_more_than_the_table_says(services: Services, clock: MovedClock) -> None:
    """S130: This is measured with as many windows as an address can fill."""
    limits, part = services[Limits], RATE.count // 10
    for _ in range(part):
        fail(limits, secrets.token_hex(8), 1, clock)
        with limits.registration(HOSTILE), suppress(ApiError):
            limits.count(Reason.REFRESHES, HOSTILE.network)
    windows = list(services[Database]["limits"].find({"hits": {"$exists": True}}))
    most, megabytes = documented("anything else, and the windows of all of it")
    assert len(windows) - 3 == part
    assert most == RATE.count + 3
    assert sum(len(bson.encode(one)) for one in windows) * 10 / 1e6 <= megabytes
