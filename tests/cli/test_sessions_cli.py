"""`flask sessions`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from authapi.core.client import Client
from authapi.database import Collections
from authapi.sessions.models import Session
from authapi.sessions.store import SessionStore
from tests.cli.conftest import Operator
from tests.support.actors import Visitor, error_code


def test_the_sessions_of_a_user_are_listed(operator: Operator, visitor: Visitor) -> None:
    """Device, address and times of each, in columns."""
    name = visitor.new_user()
    visitor.log_in(name)
    visitor.log_in(name)
    heading, *rows = operator("sessions", "list", name).out.splitlines()
    assert heading.startswith("ID ")
    assert len(rows) == 2
    assert all("Python" in row and "127.0.0.1" in row for row in rows)


def test_a_revoked_session_is_over_and_the_other_goes_on(
    operator: Operator, visitor: Visitor
) -> None:
    """Its refresh and its access token are dead."""
    name = visitor.new_user()
    first, second = visitor.log_in(name), visitor.log_in(name)
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    session_id = visitor.send("GET", "/me", headers=headers).json()["session_id"]
    done = operator("sessions", "revoke", session_id)
    assert (done.code, done.out) == (0, "The session has ended.\n")
    assert error_code(visitor.protected(first["access_token"])) == (401, "invalid_token")
    assert visitor.refresh(first["refresh_token"]).status_code == 400
    assert visitor.refresh(second["refresh_token"]).status_code == 200


@pytest.mark.parametrize("session_id", ["-dash-in-front", "--two-of-them"])
def test_an_id_may_begin_with_a_dash(
    operator: Operator, collections: Collections, session_id: str
) -> None:
    """One random id in 64 does; it is not mistaken for an option."""
    store = SessionStore(collections)
    now = datetime.now(UTC)
    store.add(Session(session_id, "u1", 0, now, now, now + timedelta(days=1), Client("", "")))
    assert operator("sessions", "revoke", session_id, "--json").json["done"] == "ended"
    assert store.find_session(session_id) is None


def test_an_unknown_session_is_one_line(operator: Operator) -> None:
    """Exit code 1."""
    done = operator("sessions", "revoke", "nothing")
    assert (done.code, done.said) == (1, "Error: There is no session of the id 'nothing'.\n")


def test_an_unknown_users_sessions_are_one_line(operator: Operator) -> None:
    """Exit code 1, also for an id."""
    done = operator("sessions", "list", "--id", "nothing")
    assert (done.code, done.said) == (1, "Error: There is no user of the id 'nothing'.\n")
