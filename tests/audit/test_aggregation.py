"""Similar events are stored as one document with a count."""

from __future__ import annotations

import json
import secrets
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from authapi.audit import aggregation
from authapi.audit.aggregation import EventAggregator
from authapi.audit.service import AuditTrail
from authapi.audit.settings import AuditSettings
from authapi.audit.store import AuditStore
from authapi.core.client import Client
from authapi.core.events import Event, Origin, SecurityEvent
from authapi.database import Collections
from authapi.web import logs
from tests.audit.test_trail import Away
from tests.support.actors import Visitor
from tests.support.forging import payload_of
from tests.support.servers import workers
from tests.support.waiting import DEADLINE, until

NOW = datetime(2126, 11, 22, 18, 5, tzinfo=UTC)
"""What is kept for a time after it outlives the test, whenever that runs."""
MONTH = timedelta(days=30)


def refreshed(
    user_id: str = "u", address: str = "192.0.2.1", at: datetime = NOW, session_id: str = "s"
) -> SecurityEvent:
    """Return a refresh of a user, from somewhere."""
    origin = Origin(Client(address, "tool"), "request-1")
    return SecurityEvent(Event.TOKEN_REFRESHED, at, origin, user_id, session_id)


def gather() -> tuple[EventAggregator, list[SecurityEvent]]:
    """Return an aggregator that is flushed by hand, and what it has flushed."""
    flushed: list[SecurityEvent] = []
    return EventAggregator(lambda events, _: flushed.extend(events), timedelta(0)), flushed


@pytest.fixture
def wait_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep threads from flushing anything."""
    monkeypatch.setattr(aggregation.EventAggregator, "_flush_later", lambda self: None)


def test_events_at_once_are_all_counted(wait_for_nobody: None) -> None:
    """Of concurrent events none is lost or counted twice."""
    aggregator, flushed = gather()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(aggregator.add, [refreshed()] * 400))
    aggregator.flush()
    aggregator.flush()
    assert [(event.count, event.last_at) for event in flushed] == [(400, NOW)]


@pytest.mark.parametrize(
    "other",
    [
        refreshed(user_id="v"),
        refreshed(session_id="t"),
        refreshed(address="192.0.2.2"),
        refreshed(at=NOW + timedelta(hours=1)),
    ],
)
def test_what_is_not_alike_stays_apart(wait_for_nobody: None, other: SecurityEvent) -> None:
    """Events of another user, session, client or hour have documents of their own."""
    aggregator, flushed = gather()
    aggregator.add(refreshed())
    aggregator.add(other)
    aggregator.flush()
    assert [event.count for event in flushed] == [1, 1]


def test_failures_of_one_ipv6_64_are_one_event(wait_for_nobody: None) -> None:
    """S28: Changing addresses within a /64 does not fill the database."""
    aggregator, flushed = gather()
    for host in range(50):
        aggregator.add(refreshed(address=f"2001:db8::{host:x}"))
    aggregator.flush()
    assert [event.count for event in flushed] == [50]


def test_what_waits_is_bounded(wait_for_nobody: None) -> None:
    """A flood of different events is written early."""
    aggregator, flushed = gather()
    for number in range(aggregation.MAX_PENDING + 1):
        aggregator.add(refreshed(user_id=str(number)))
    until(lambda: len(flushed) == aggregation.MAX_PENDING + 1, "all are flushed")


def test_without_a_thread_it_is_flushed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """S73: If no thread can be started, events are written at once and no request fails."""

    def refuse(self: Thread) -> None:
        raise RuntimeError("can't start new thread")

    aggregator, flushed = gather()
    monkeypatch.setattr(Thread, "start", refuse)
    aggregator.add(refreshed())
    aggregator.add(refreshed())
    assert len(flushed) == 2


def test_what_waits_is_flushed_by_itself() -> None:
    """A thread writes it without another event, more than once."""
    aggregator, flushed = gather()
    for count in (1, 2):
        aggregator.add(refreshed())
        until(lambda so_far=count: len(flushed) == so_far, "the event is flushed")  # type: ignore[misc]


def test_a_flush_waits_for_what_others_took_before(wait_for_nobody: None) -> None:
    """After a flush all earlier events are stored, unless that takes too long."""
    begun, go_on = threading.Event(), threading.Event()
    flushed: list[SecurityEvent] = []

    def slowly(events: list[SecurityEvent], _users: set[str]) -> None:
        if not begun.is_set():
            begun.set()
            go_on.wait(DEADLINE)
        flushed.extend(events)

    aggregator = EventAggregator(slowly, timedelta(0))
    aggregator.add(refreshed("first"))
    with ThreadPoolExecutor(2) as pool:
        pool.submit(aggregator.flush)
        assert begun.wait(DEADLINE)
        aggregator.add(refreshed("second"))
        aggregator.flush(timedelta(0))
        assert [event.user_id for event in flushed] == ["second"]
        waiting = pool.submit(aggregator.flush)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.2)
        go_on.set()
        waiting.result(timeout=DEADLINE)
        assert len(flushed) == 2


def test_a_flush_that_fails_keeps_nobody_waiting(wait_for_nobody: None) -> None:
    """Waiting callers go on when events cannot be written."""

    def fail(events: list[SecurityEvent], _users: set[str]) -> None:
        raise LookupError

    aggregator = EventAggregator(fail, timedelta(0))
    aggregator.add(refreshed())
    with pytest.raises(LookupError):
        aggregator.flush()
    aggregator.flush()


@pytest.fixture
def trail_of(collections: Collections) -> Callable[..., AuditTrail]:
    """Return a trail for which only the users of these ids exist."""

    def making(*living: str) -> AuditTrail:
        trail = AuditTrail(AuditStore(collections), AuditSettings(audit_days=30))
        trail.look_up_living_users_by(set(living).intersection)
        return trail

    return making


def test_processes_fold_into_one_document(trail_of: Callable[..., AuditTrail]) -> None:
    """Counts of several processes add up, with the first and the last time."""
    user = secrets.token_hex(8)
    moments = [NOW + timedelta(seconds=seconds) for seconds in range(32)]

    def one_process(at: datetime) -> None:
        trail = trail_of(user)
        trail.keep(refreshed(user, at=at))
        trail.flush()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one_process, moments))
    [stored] = trail_of(user).all_of(user)
    assert stored.count == 32
    assert stored.last_at == moments[-1]


def test_what_is_there_is_counted_when_others_cannot_be_stored(
    trail_of: Callable[..., AuditTrail],
    collections: Collections,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S74: A document that the database refuses does not keep the others from it."""
    first, second, user = refreshed(), refreshed(session_id="t"), secrets.token_hex(8)
    first, second = replace(first, user_id=user), replace(second, user_id=user)
    store = AuditStore(collections)
    store.add_aggregated([first], MONTH)

    def refuse_second(documents: list[Any], ordered: bool) -> None:
        raise BulkWriteError(
            {"writeErrors": [{"index": 0, "code": 11000}, {"index": 1, "code": 1}]}
        )

    with monkeypatch.context() as patch:
        patch.setattr(collections["audit_events"], "insert_many", refuse_second)
        with pytest.raises(BulkWriteError):
            store.add_aggregated([first, second], MONTH)
    assert [event.count for event in trail_of(user).all_of(user)] == [2]


def test_nothing_is_stored_of_a_user_who_was_deleted_meanwhile(
    trail_of: Callable[..., AuditTrail],
) -> None:
    """Events that were waiting in a process are dropped."""
    deleted, living = secrets.token_hex(8), secrets.token_hex(8)
    trail = trail_of(living)
    for user in (deleted, living):
        trail.keep(refreshed(user))
    assert [len(trail.all_of(user)) for user in (deleted, living)] == [0, 1]


def test_what_is_named_stays_in_the_log_only(collections: Collections) -> None:
    """Events named in `AUDIT_LOG_ONLY` are logged, but not stored."""
    user = secrets.token_hex(8)
    only = frozenset({Event.TOKEN_REFRESHED.value})
    trail = AuditTrail(AuditStore(collections), AuditSettings(audit_log_only=only))
    trail.keep(refreshed(user))
    assert trail.all_of(user) == []


def test_what_cannot_be_stored_is_an_error_in_the_log(
    wait_for_nobody: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """S74: The log tells how many were lost; no request fails."""
    logs.configure("INFO")
    trail = AuditTrail(AuditStore(Away()), AuditSettings())
    for _ in range(3):
        trail.keep(refreshed())
    trail.flush()
    line = json.loads(capsys.readouterr().err)
    assert line["message"] == "3 aggregated events were not stored: DatabaseUnavailable"


def test_a_stopped_process_stores_what_waits(
    environment: dict[str, str], collections: Collections
) -> None:
    """S75: An event just before SIGTERM is stored when the process has ended."""
    with workers(environment, processes=1) as server:
        visitor = Visitor(server.base_url)
        tokens = visitor.log_in()
        visitor.refresh(tokens["refresh_token"])
        visitor.close()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(timeout=DEADLINE)
    session_id = payload_of(tokens["access_token"])["sid"]
    query = {"session_id": session_id, "event": Event.TOKEN_REFRESHED}
    assert collections["audit_events"].count_documents(query) == 1
