"""How much clients without an account can store in the trail."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta

import bson
import pytest

from authapi.audit.service import AuditTrail
from authapi.audit.settings import AuditSettings
from authapi.audit.store import AuditStore
from authapi.core.client import Client
from authapi.core.events import Event, Origin, SecurityEvent
from authapi.database import Collections
from authapi.metrics.rules import TOKENS
from tests.support.actors import Visitor
from tests.support.servers import ROOT

MIDNIGHT = datetime(2126, 11, 22, tzinfo=UTC)
EVERY = 10
"""Seconds between two actions of a client; how many they are changes nothing."""
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()

ACTIONS: dict[str, list[tuple[Event, str | None, bool]]] = {
    "fails to log in to names that nobody has": [(Event.LOGIN_FAILED, None, False)],
    "registers names that are taken": [(Event.REGISTRATION_REFUSED, "user_exists", False)],
    "sends forged or foreign tokens of all four kinds": [
        (Event.TOKEN_REFUSED, kind, False) for kind in TOKENS
    ],
    "sends passkeys that are refused": [(Event.PASSKEY_REFUSED, None, False)],
    "goes on beyond one limit": [(Event.RATE_LIMITED, "login_failures", False)],
    "fails to log in to one account whose name it knows": [(Event.LOGIN_FAILED, None, True)],
    "asks for links for one account whose name it knows": [(Event.RESET_ASKED, None, True)],
    "sends forged links": [(Event.RESET_REFUSED, "forged", False)],
}


def day_of(
    action: list[tuple[Event, str | None, bool]], address: str, user: str
) -> list[SecurityEvent]:
    """Return the events of a client that does nothing else for a day."""
    origin = Origin(Client(address, "x" * 256), "c0ffee00c0ffee00c0ffee00")
    moments = [MIDNIGHT + timedelta(seconds=EVERY * number) for number in range(86_400 // EVERY)]
    return [
        SecurityEvent(event, at, origin, user if known else None, reason=reason)
        for at in moments
        for event, reason, known in action
    ]


@pytest.fixture
def trail(collections: Collections) -> AuditTrail:
    """A trail for which every user exists."""
    return AuditTrail(AuditStore(collections), AuditSettings())


@pytest.mark.parametrize("action", ACTIONS)
def test_a_day_of_one_client_is_a_few_documents(
    trail: AuditTrail, collections: Collections, action: str
) -> None:
    """S130: There are no more documents than the table says, whatever the client sends."""
    address, user = (
        f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1",
        secrets.token_hex(8),
    )
    events = day_of(ACTIONS[action], address, user)
    for number, event in enumerate(events):
        trail.keep(event)
        if number % 900 == 0:
            trail.flush()  # as a process does every five seconds, and several processes do
    trail.flush()
    stored = list(collections["audit_events"].find({"address": address}))
    documented = re.search(rf"^\| {action} \| (\d+) \|$", OPERATIONS, re.MULTILINE)
    assert documented, action
    assert len(stored) == int(documented[1])
    assert sum(document["count"] for document in stored) == len(events)
    assert max(len(bson.encode(document)) for document in stored) < 700


def test_the_table_has_all_that_is_measured() -> None:
    """S130: Each row of the table is measured here."""
    table = OPERATIONS.partition("| what it does all day | documents |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([a-z].*?) \|", table, re.MULTILINE) == list(ACTIONS)


def test_repeated_refreshes_hide_nothing(visitor: Visitor) -> None:
    """S130: 105 repeated answers are one entry, and the activity still shows the theft."""
    tokens = visitor.log_in(name := visitor.new_user())
    key = secrets.token_hex(16)
    for _ in range(106):
        assert visitor.refresh(tokens["refresh_token"], key).status_code == 200
    visitor.refresh(tokens["refresh_token"])
    headers = {"Authorization": f"Bearer {visitor.log_in(name)['access_token']}"}
    events = visitor.send("GET", "/me/activity", headers=headers).json()["events"]
    told = {event["event"]: event["count"] for event in events}
    assert told["refresh_token_replayed"] == 1
    assert told["refresh_repeated"] == 105
