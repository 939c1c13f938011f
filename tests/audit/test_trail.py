"""The audit trail with a failing database, and switched off."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest

from authapi import create_app
from authapi.audit.service import AuditTrail
from authapi.audit.settings import AuditSettings
from authapi.audit.store import AuditStore
from authapi.core.client import Client
from authapi.core.events import Event, EventRecorder, Origin, SecurityEvent
from authapi.database import Collections, Database, DatabaseUnavailable
from authapi.settings import Settings
from authapi.web import logs
from tests.conftest import services_of
from tests.support.actors import PASSWORD, fresh_name


class Away:
    """A database that cannot be reached."""

    def __getitem__(self, name: str) -> NoReturn:
        raise DatabaseUnavailable("away")


def test_what_cannot_be_stored_is_an_error_in_the_log_and_nothing_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`record` returns, the login stands, and the log names the loss."""
    logs.configure("INFO")
    trail = AuditTrail(AuditStore(Away()), AuditSettings())
    origin = Origin(Client("192.0.2.1", "tool"), "request-1")
    recorder = EventRecorder(lambda: datetime.now(UTC), lambda: origin, trail.keep)
    recorder.record(Event.LOGIN_SUCCEEDED, user_id="u1")
    line = json.loads(capsys.readouterr().err)
    assert line["level"] == "ERROR"
    assert line["message"] == "login_succeeded was not stored: DatabaseUnavailable"


def test_what_goes_wrong_in_a_sink_is_nobodys_affair_but_the_logs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """S73: The request succeeds, and the other sinks get the event."""

    def broken(event: SecurityEvent) -> None:
        raise RuntimeError("broken")

    logs.configure("INFO")
    heard: list[SecurityEvent] = []
    origin = Origin(Client("192.0.2.1", "tool"))
    recorder = EventRecorder(lambda: datetime.now(UTC), lambda: origin, broken, heard.append)
    recorder.record(Event.LOGGED_OUT, user_id="u1")
    assert [event.event for event in heard] == [Event.LOGGED_OUT]
    assert json.loads(capsys.readouterr().err)["message"] == "logged_out was not taken in"


def test_without_days_events_go_to_the_log_only(
    settings: Settings, collections: Collections, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `AUDIT_DAYS=0` nothing is stored, and the activity is empty."""
    app = create_app(replace(settings, audit_days=0))
    name = fresh_name()
    client = app.test_client()
    client.post("/register", json={"username": name, "password": PASSWORD})
    tokens = client.post("/authenticate", json={"username": name, "password": PASSWORD}).json
    assert tokens is not None
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = client.get("/me/activity", headers=headers)
    uid = (client.get("/me", headers=headers).json or {})["user_id"]
    services_of(app)[Database].close()
    assert (answer.json or {})["events"] == []
    assert collections["audit_events"].count_documents({"user_id": uid}) == 0
    assert "login_succeeded" in capsys.readouterr().err


def test_an_event_of_another_release_is_shown_as_it_is(collections: Collections) -> None:
    """An unknown event name is no error."""
    store = AuditStore(collections)
    now = datetime.now(UTC)
    strange = SecurityEvent("of_tomorrow", now, Origin(Client("", "")), user_id="from-tomorrow")
    store.add(strange, expires_at=now + timedelta(days=1))
    assert [found.event for found in store.events_of_user("from-tomorrow")] == ["of_tomorrow"]
