"""`GET /me/activity?limit=…&before=…`: a user's events in pages."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.core.cursors import Cursor
from authapi.database import Collections
from tests.support.actors import Visitor, error_code
from tests.support.forging import payload_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Owner:
    """A user with 250 events, several of them at the same moment."""

    def __init__(self, visitor: Visitor, collections: Collections) -> None:
        self._visitor = visitor
        self._token = visitor.log_in()["access_token"]
        user_id = payload_of(self._token)["uid"]
        events = collections["audit_events"]
        [one] = events.find({"user_id": user_id, "event": "login_succeeded"})
        events.delete_many({"user_id": user_id})
        moments = [NOON + timedelta(milliseconds=number // 7) for number in range(250)]
        self.stored = [
            {**one, "_id": secrets.token_hex(12), "at": at, "request_id": f"request-{number}"}
            for number, at in enumerate(moments)
        ]
        events.insert_many(self.stored)

    def page(self, query: str = "") -> dict[str, Any]:
        """Return a page."""
        answer = self.ask(query)
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    def ask(self, query: str) -> Any:  # noqa: ANN401 - requests' own answer
        """Ask for a page."""
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._visitor.send("GET", f"/me/activity{query}", headers=headers)


@pytest.fixture
def owner(visitor: Visitor, collections: Collections) -> Owner:
    return Owner(visitor, collections)


@pytest.mark.parametrize("limit", [1, 7, 99, 100])
def test_pages_tell_each_event_once(owner: Owner, limit: int) -> None:
    """S125: Pages from newest to oldest have every event once, even with equal times."""
    seen, query = [], f"?limit={limit}"
    while query:
        page = owner.page(query)
        assert 0 < len(page["events"]) <= limit
        seen += page["events"]
        query = page["next"] and f"?limit={limit}&before={page['next']}"
    assert [event["at"] for event in seen] == sorted((one["at"] for one in seen), reverse=True)
    assert len(seen) == 250
    assert {one["request_id"] for one in seen} == {one["request_id"] for one in owner.stored}


def test_whoever_knows_no_pages_gets_the_newest_hundred(owner: Owner) -> None:
    """Without parameters the answer is as before, plus one member."""
    page = owner.page()
    assert page.keys() == {"status", "events", "next"}
    assert len(page["events"]) == 100
    assert page["events"] == owner.page("?limit=100&unknown=1")["events"]


def test_the_last_page_says_so(visitor: Visitor) -> None:
    """S125: It has no next cursor."""
    headers = {"Authorization": f"Bearer {visitor.log_in()['access_token']}"}
    assert visitor.send("GET", "/me/activity", headers=headers).json()["next"] is None


def test_what_happens_meanwhile_moves_no_page(owner: Owner, collections: Collections) -> None:
    """S125: New events appear first and do not shift later pages."""
    first = owner.page("?limit=10")
    new = {**owner.stored[0], "_id": secrets.token_hex(12), "at": NOON + timedelta(days=1)}
    expected = owner.page(f"?limit=10&before={first['next']}")
    collections["audit_events"].insert_one(new)
    assert owner.page(f"?limit=10&before={first['next']}") == expected


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "limit=1.5", f"limit={'9' * 5000}",
        "before=", "before=x", "before=%00", "before=é", "before=bm8", "before=[$ne]",
        "before=OTk5OTk5OTk5OTk5OTk5OTk5LmFi", "before=MS57fQ", f"before={'A' * 4000}",
    ],
    ids=lambda query: str(query)[:24],
)  # fmt: skip
def test_what_is_no_page_is_told(owner: Owner, query: str) -> None:
    """S17: A wrong parameter gets a 422 that names it."""
    answer = owner.ask(f"?{query}")
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"].keys() == {query.partition("=")[0]}


def test_a_cursor_of_somebody_else_shows_nothing_of_theirs(
    owner: Owner, visitor: Visitor, collections: Collections
) -> None:
    """S59: It is only a position in the caller's own list."""
    other = Owner(visitor, collections)
    page = other.page(f"?before={owner.page()['next']}")
    theirs = {one["_id"] for one in owner.stored}
    assert not theirs & {event["request_id"] for event in page["events"]}
    assert {event["session_id"] for event in page["events"]} == {other.stored[0]["session_id"]}


@given(
    st.integers(min_value=0, max_value=10**14 - 1),
    st.text("0123456789abcdef", min_size=1, max_size=32),
)
def test_a_cursor_is_read_as_it_was_written(milliseconds: int, event_id: str) -> None:
    """It needs no escaping in a URL."""
    cursor = Cursor(
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds), event_id
    )
    assert str(cursor).replace("-", "").replace("_", "").isalnum()
    assert Cursor.parse(str(cursor)) == cursor


@given(st.text())
def test_any_text_is_a_cursor_or_none(text: str) -> None:
    """S17: Any other text raises only the documented exception."""
    try:
        cursor = Cursor.parse(text)
    except ValueError:
        return
    assert Cursor.parse(str(cursor)) == cursor
