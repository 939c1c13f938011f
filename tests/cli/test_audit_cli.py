"""`flask audit tail`."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask

from authapi.audit.service import AuditTrail
from authapi.database import Collections
from tests.cli.conftest import Operator, flask_process
from tests.conftest import services_of
from tests.support.actors import Visitor


def test_the_last_events_stand_at_the_end(app: Flask, operator: Operator, visitor: Visitor) -> None:
    """S75: The newest event is the last line; `--limit` sets their number."""
    name = visitor.new_user()
    visitor.log_in(name)
    visitor.authenticate(name, "not the password")
    services_of(app)[AuditTrail].flush()
    heading, *rows = operator("audit", "tail", "--user", name, "--limit", "2").out.splitlines()
    assert heading.split()[:3] == ["AT", "EVENT", "COUNT"]
    assert [row.split()[2] for row in rows] == ["login_succeeded", "login_failed"]


def test_the_events_of_one_user(operator: Operator, visitor: Visitor) -> None:
    """They can be chosen by the user's name or id."""
    name = visitor.new_user()
    visitor.log_in(name)
    visitor.log_in()
    events = operator("audit", "tail", "--user", name, "--json").json["events"]
    assert {event["event"] for event in events} == {"user_registered", "login_succeeded"}
    user_id = events[0]["user_id"]
    assert operator("audit", "tail", "--user", user_id, "--id", "--json").json["events"] == events


def test_the_events_of_one_kind(operator: Operator, visitor: Visitor) -> None:
    """A runbook finds the rare ones among all others, page by page; a wrong name is wrong usage."""
    name = visitor.new_user()
    operator("users", "disable", name)
    operator("users", "enable", name)
    operator("users", "disable", name)
    flags = ["--event", "user_disabled", "--limit", "1", "--json"]
    for _ in range(2):
        page = operator("audit", "tail", "--user", name, *flags).json
        assert [event["event"] for event in page["events"]] == ["user_disabled"]
        flags += ["--after", str(page["after"])]
    assert page["after"] is None
    everybody = operator("audit", "tail", "--event", "user_enabled", "--json").json["events"]
    assert {event["event"] for event in everybody} == {"user_enabled"}
    assert operator("audit", "tail", "--event", "user_disable").code == 2


def test_what_the_operator_does_is_an_event(
    environment: Mapping[str, str], operator: Operator, visitor: Visitor
) -> None:
    """S75: It is logged and stored, with the operator as its origin."""
    name = visitor.new_user()
    done = flask_process(environment, "users", "disable", name)
    assert '"message": "user_disabled"' in done.err
    [event] = [
        event
        for event in operator("audit", "tail", "--user", name, "--json").json["events"]
        if event["event"] == "user_disabled"
    ]
    assert (event["reason"], event["user_agent"]) == ("operator", "command line")


def test_a_deleted_users_events_are_gone(
    app: Flask, operator: Operator, visitor: Visitor, collections: Collections
) -> None:
    """They are removed whoever deleted the user."""
    name = visitor.new_user()
    user_id = operator("users", "show", name, "--json").json["user_id"]
    operator("users", "delete", name, "--yes")
    services_of(app)[AuditTrail].flush()
    assert collections["audit_events"].count_documents({"user_id": user_id}) == 0
    assert operator("audit", "tail", "--user", user_id, "--id", "--json").json["events"] == []


def test_a_user_agent_does_not_move_the_terminal(
    app: Flask, operator: Operator, visitor: Visitor
) -> None:
    """S76: Control characters are shown escaped."""
    name = visitor.new_user()
    credentials = {"username": name, "password": "not the password"}
    visitor.post("/authenticate", credentials, {"User-Agent": "evil\x9b2J"})
    services_of(app)[AuditTrail].flush()
    shown = operator("audit", "tail", "--user", name).out
    assert "evil\\x9b2J" in shown
    assert "\x9b" not in operator("audit", "tail", "--user", name, "--json").out


def test_mistakes_are_one_line(operator: Operator) -> None:
    """An unknown user gives exit code 1, wrong usage 2."""
    done = operator("audit", "tail", "--user", "nobody-at-all")
    assert (done.code, done.said) == (1, "Error: There is no user of the name 'nobody-at-all'.\n")
    assert operator("audit", "tail", "--id").code == 2


def test_the_events_come_in_pages(
    operator: Operator, visitor: Visitor, collections: Collections
) -> None:
    """S125: Pages have each event once, even with equal times."""
    name = visitor.new_user()
    user_id = operator("users", "show", name, "--json").json["user_id"]
    for _ in range(4):
        visitor.log_in(name)
    events = collections["audit_events"]
    newest = list(events.find({"user_id": user_id}).sort("at", -1).limit(3))
    ids = [event["_id"] for event in newest]
    events.update_many({"_id": {"$in": ids}}, {"$set": {"at": newest[0]["at"]}})
    seen: list[object] = []
    flags: list[str] = []
    for expected in (2, 2, 1):
        page = operator("audit", "tail", "--user", name, "--limit", "2", "--json", *flags).json
        assert len(page["events"]) == expected
        seen = [*page["events"], *seen]
        flags = ["--after", str(page["after"])]
    assert page["after"] is None
    assert seen == operator("audit", "tail", "--user", name, "--json").json["events"]
    first = operator("audit", "tail", "--user", name, "--limit", "2")
    assert first.said.startswith("There are earlier ones: --after ")


def test_a_cursor_that_is_none_is_wrong_usage(operator: Operator) -> None:
    """An invalid cursor gives exit code 2."""
    done = operator("audit", "tail", "--after", "yesterday")
    assert done.code == 2
    assert "none that this command printed" in done.said
