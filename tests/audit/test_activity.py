"""`GET /me/activity` and the stored events: only the user's own, without secrets."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from authapi.audit.service import AuditTrail
from authapi.core.events import Event
from authapi.database import Collections
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.servers import ROOT

NEW = "an entirely different password"


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """Return the header that carries an access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def activity(visitor: Visitor, tokens: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the service tells a user of the own account's events."""
    answer = visitor.send("GET", "/me/activity", headers=bearer(tokens))
    assert answer.status_code == 200
    events: list[dict[str, Any]] = answer.json()["events"]
    return events


def user_id(visitor: Visitor, tokens: dict[str, Any]) -> str:
    """Return the caller's permanent id."""
    return str(visitor.send("GET", "/me", headers=bearer(tokens)).json()["user_id"])


def test_a_user_sees_the_own_events_the_newest_first(visitor: Visitor, clock: MovedClock) -> None:
    """S75: Registration, a failure and a login are listed with their addresses."""
    name = visitor.new_user()
    clock.move(seconds=1)
    visitor.authenticate(name, "not the password")
    clock.move(seconds=1)
    events = activity(visitor, visitor.log_in(name))
    assert [event["event"] for event in events] == [
        "login_succeeded",
        "login_failed",
        "user_registered",
    ]
    assert {event["address"] for event in events} == {"127.0.0.1"}
    assert all(event["user_agent"].startswith("python-requests") for event in events)


def test_an_event_has_the_id_of_its_request(visitor: Visitor) -> None:
    """S75: Answer, log and trail have the same request id."""
    name = visitor.new_user()
    answer = visitor.authenticate(name)
    login = activity(visitor, answer.json())[0]
    assert login["request_id"] == answer.headers["X-Request-ID"]


def test_nobody_sees_anybody_elses_events(visitor: Visitor) -> None:
    """The events name only sessions of the user."""
    other = visitor.log_in()
    mine = visitor.log_in()
    theirs = {event["session_id"] for event in activity(visitor, other)} - {None}
    assert not theirs & {event["session_id"] for event in activity(visitor, mine)}


def test_activity_wants_a_token(visitor: Visitor) -> None:
    """Without a token it is refused."""
    assert error_code(visitor.send("GET", "/me/activity")) == (401, "missing_token")


def test_activity_ends_at_a_hundred_events(visitor: Visitor, collections: Collections) -> None:
    """The answer is bounded; the export has all events."""
    tokens = visitor.log_in()
    own = {"user_id": user_id(visitor, tokens)}
    [one] = collections["audit_events"].find({**own, "event": "login_succeeded"})
    more = [{**one, "_id": f"{one['_id']}-{number}"} for number in range(100)]
    collections["audit_events"].insert_many(more)
    assert len(activity(visitor, tokens)) == 100
    exported = visitor.send("GET", "/me/export", headers=bearer(tokens)).json()["events"]
    assert len(exported) == 102


def test_the_refreshes_of_an_hour_are_told_as_one(visitor: Visitor, clock: MovedClock) -> None:
    """They are one event with a count and the first and last time, for each hour."""
    clock.move_to_next_hour()
    tokens = visitor.log_in()
    for _ in range(3):
        clock.move(seconds=600)
        tokens = visitor.refresh(tokens["refresh_token"]).json()
    clock.move(seconds=3600)
    tokens = visitor.refresh(tokens["refresh_token"]).json()
    later, earlier = activity(visitor, tokens)[:2]
    assert {later["event"], earlier["event"]} == {"token_refreshed"}
    assert (later["count"], earlier["count"]) == (1, 3)
    assert later["at"] == later["last_at"]
    first, last = (datetime.fromisoformat(earlier[name]) for name in ("at", "last_at"))
    assert 1200 <= (last - first).total_seconds() < 1800


def test_a_refresh_is_logged(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    """S75: It is one JSON line with the ids of request, user and session."""
    tokens = visitor.log_in()
    capsys.readouterr()
    answer = visitor.refresh(tokens["refresh_token"])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    [line] = [line for line in lines if line["message"] == "token_refreshed"]
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["user_id"]
    assert line["session_id"]


def test_the_export_has_the_events(visitor: Visitor) -> None:
    """The export of a user contains the user's events."""
    tokens = visitor.log_in()
    exported = visitor.send("GET", "/me/export", headers=bearer(tokens)).json()
    assert exported["events"] == activity(visitor, tokens)


def test_of_a_deleted_user_only_the_fact_stays(
    app: Flask, visitor: Visitor, collections: Collections
) -> None:
    """The trail tells that a user was deleted, but not whom or from where."""
    tokens = visitor.log_in()
    uid = user_id(visitor, tokens)
    before = collections["audit_events"].count_documents({"event": "user_deleted"})
    visitor.send("DELETE", "/me", json={"password": PASSWORD}, headers=bearer(tokens))
    services_of(app)[AuditTrail].flush()
    assert collections["audit_events"].count_documents({"user_id": uid}) == 0
    facts = list(collections["audit_events"].find({"event": "user_deleted"}))
    assert len(facts) == before + 1
    for fact in facts:
        assert not any(
            fact[name] for name in ("user_id", "session_id", "address", "user_agent", "request_id")
        )


def test_an_event_is_forgotten_after_ninety_days(
    visitor: Visitor, collections: Collections
) -> None:
    """Each event has its expiry, and a TTL index removes it."""
    uid = user_id(visitor, visitor.log_in())
    [event] = collections["audit_events"].find({"user_id": uid, "event": "login_succeeded"})
    assert (event["expires_at"] - event["at"]).days == 90
    indexes = collections["audit_events"].index_information()
    assert indexes["expires_at_1"]["expireAfterSeconds"] == 0
    assert "user_id_1_at_-1__id_-1" in indexes


def journey(visitor: Visitor, agent: str) -> tuple[str, list[str]]:
    """Use every endpoint with a user agent; return the name and all secrets."""
    headers = {"User-Agent": agent}
    name = visitor.new_user()
    credentials = {"username": name, "password": PASSWORD}
    visitor.post("/register", credentials, headers)
    visitor.post("/authenticate", {**credentials, "password": "guessed wrong"}, headers)
    tokens = visitor.post("/authenticate", credentials, headers).json()
    fresh = visitor.post("/refresh", {"refresh_token": tokens["refresh_token"]}, headers).json()
    change = {"current_password": PASSWORD, "new_password": NEW}
    visitor.post("/password", change, {**headers, **bearer(fresh)})
    visitor.post("/refresh", {"refresh_token": tokens["refresh_token"]}, headers)
    visitor.post("/logout", {"refresh_token": fresh["refresh_token"]}, headers)
    kinds = ("access_token", "refresh_token")
    return name, [pair[kind] for pair in (tokens, fresh) for kind in kinds]


def test_no_secret_and_nothing_typed_is_in_any_record(
    app: Flask, visitor: Visitor, collections: Collections, capsys: pytest.CaptureFixture[str]
) -> None:
    """S76: Neither trail nor log has a password, a token or a typed name."""
    stolen = visitor.log_in()["access_token"]
    capsys.readouterr()
    name, tokens = journey(visitor, f"tool/1 ({stolen})")
    services_of(app)[AuditTrail].flush()
    stored = json.dumps(list(collections["audit_events"].find({})), default=str)
    logged = capsys.readouterr().err
    assert "refresh_token_replayed" in stored
    for secret in (PASSWORD, NEW, "guessed wrong", name, stolen[:12], *tokens):
        assert secret not in stored
        assert secret not in logged


def test_a_line_cannot_be_forged(visitor: Visitor, capsys: pytest.CaptureFixture[str]) -> None:
    """S76: CR and LF sent by a client are escaped in the log."""
    capsys.readouterr()
    visitor.authenticate('x\r\n{"message": "login_succeeded"}\n', "guessed\r\nwrong")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == ["login_failed", "request"]


@pytest.mark.parametrize("event", Event)
def test_each_event_has_a_line_in_the_docs(event: Event) -> None:
    """The table of `docs/operations.md` lists every event."""
    assert f"| `{event.value}` |" in (ROOT / "docs" / "operations.md").read_text()
