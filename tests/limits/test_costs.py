"""The database commands of the limits, and their log lines."""

from __future__ import annotations

import json

import pytest

from tests.limits.conftest import From, Serve, fail
from tests.support.actors import Visitor, fresh_name
from tests.support.clock import MovedClock
from tests.support.commands import Commands


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What the services made from now on send to the database."""
    return Commands()


def test_what_each_route_costs(commands: Commands, serve: Serve, come_from: From) -> None:
    """A right password costs three reads, a wrong one two and a write; `/refresh` none."""
    visitor = come_from(serve(limit_login_failures="1/hour", revocation="off", audit_days=0))
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    commands.since_last()
    visitor.register(fresh_name())
    assert commands.since_last() == ["update limits", "insert users"]
    visitor.authenticate(name)
    look = ["find limits", "find users", "find limits"]
    again = ["insert sessions", "update users", "find limits"]
    assert commands.since_last() == [*look, *again]
    fail(visitor, name)
    assert commands.since_last() == [*look, "update limits"]
    fail(visitor, name)
    assert commands.since_last() == ["find limits"]
    visitor.refresh(tokens["refresh_token"])
    assert commands.since_last() == ["update sessions"]
    visitor.protected(tokens["access_token"])
    assert commands.since_last() == []


def test_a_login_is_written_down_when_there_is_news_in_it(
    commands: Commands, serve: Serve, come_from: From, clock: MovedClock
) -> None:
    """That is another network, a failure before, or another day."""
    url = serve(audit_days=0)
    home, work = come_from(url), come_from(url)
    name = home.new_user()
    home.log_in(name)

    def writes(visitor: Visitor) -> int:
        commands.since_last()
        visitor.log_in(name)
        return commands.since_last().count("update limits")

    assert [writes(who) for who in (home, work, work, home, home)] == [0, 1, 0, 1, 0]
    fail(work, name)
    assert [writes(home), writes(home)] == [1, 0]
    clock.move(days=1)
    assert [writes(home), writes(home)] == [1, 0]


def test_only_refused_refreshes_cost_a_command(
    commands: Commands, serve: Serve, come_from: From
) -> None:
    """It is one write; over the limit a write without effect and a read."""
    visitor = come_from(serve(limit_refreshes="1/hour", revocation="off", audit_days=0))
    token = visitor.log_in()["refresh_token"]
    commands.since_last()
    for _ in range(5):
        token = visitor.refresh(token).json()["refresh_token"]
        assert commands.since_last() == ["update sessions"]
    visitor.refresh("rubbish")
    assert commands.since_last() == ["update limits"]
    visitor.refresh("rubbish")
    assert commands.since_last() == ["update limits", "find limits"]


def test_every_refusal_is_a_security_event(
    serve: Serve, come_from: From, capsys: pytest.CaptureFixture[str]
) -> None:
    """S75: It names the limit by a fixed word and has the request id, but no input."""
    url = serve(
        limit_registrations="1/hour",
        limit_refreshes="1/hour",
        limit_login_failures="1/hour",
        limit_failures_in_a_row=1,
    )
    visitor = come_from(url)
    name = visitor.new_user()
    visitor.log_in(name)
    visitor.register(fresh_name())
    visitor.refresh("rubbish")
    visitor.refresh("rubbish")
    fail(visitor, name, 2)
    fail(come_from(url), name)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    events = [line for line in lines if line["message"] == "rate_limited"]
    expected = ["registrations", "refreshes", "login_failures", "failures_in_a_row"]
    assert [event["reason"] for event in events] == expected
    assert all(event["request_id"] for event in events)
    assert name not in str(events)
