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
    """The columns are device, address and times."""
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
    """Its refresh token and its access token are refused."""
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
    """Such an id is not mistaken for an option."""
    store = SessionStore(collections)
    now = datetime.now(UTC)
    store.add(Session(session_id, "u1", 0, now, now, now + timedelta(days=1), Client("", "")))
    assert operator("sessions", "revoke", session_id, "--json").json["done"] == "ended"
    assert store.find_session(session_id) is None


def test_an_unknown_session_is_one_line(operator: Operator) -> None:
    """It gives exit code 1."""
    done = operator("sessions", "revoke", "nothing")
    assert (done.code, done.said) == (1, "Error: There is no session of the id 'nothing'.\n")


def test_an_unknown_users_sessions_are_one_line(operator: Operator) -> None:
    """An unknown name or id gives exit code 1."""
    done = operator("sessions", "list", "--id", "nothing")
    assert (done.code, done.said) == (1, "Error: There is no user of the id 'nothing'.\n")


def test_the_list_comes_in_pages(operator: Operator, visitor: Visitor) -> None:
    """S125: Pages have each session once, the last used first."""
    name = visitor.new_user()
    for _ in range(5):
        visitor.log_in(name)
    listed = operator("sessions", "list", name, "--json").json
    assert (len(listed["sessions"]), listed["after"]) == (5, None)
    pages: list[list[str]] = []
    flags: list[str] = []
    for _ in range(3):
        page = operator("sessions", "list", name, "--json", "--limit", "2", *flags).json
        pages.append([session["id"] for session in page["sessions"]])
        flags = [f"--after={page['after']}"]
    assert page["after"] is None
    assert [len(ids) for ids in pages] == [2, 2, 1]
    assert [*pages[0], *pages[1], *pages[2]] == [one["id"] for one in listed["sessions"]]
    first = operator("sessions", "list", name, "--limit", "2")
    assert first.said == f"There are more: --after={pages[0][-1]}\n"


def test_a_page_beyond_a_session_that_ended_is_told(operator: Operator, visitor: Visitor) -> None:
    """It gives exit code 1, since a page might leave sessions out."""
    done = operator("sessions", "list", visitor.new_user(), "--after", "gone")
    assert (done.code, done.said.count("\n")) == (1, 1)
