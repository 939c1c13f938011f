"""Events of a user who is deleted while they are being stored."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from authapi.administration.models import UserRef
from authapi.administration.service import Administration
from authapi.audit.aggregation import EventAggregator
from authapi.audit.service import AuditTrail
from authapi.audit.store import AuditStore
from authapi.core.events import SecurityEvent
from authapi.database import Collections
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor
from tests.support.forging import payload_of


@pytest.mark.parametrize(
    ("password", "store", "word"),
    [
        (PASSWORD, AuditStore, "login_succeeded"),
        ("not the password", EventAggregator, "login_failed"),
    ],
)
def test_a_login_under_way_leaves_nothing_of_a_deleted_user(
    app: Flask,
    visitor: Visitor,
    collections: Collections,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    store: type[AuditStore | EventAggregator],
    word: str,
) -> None:
    """S134: No event stays if the account is deleted just before it is recorded."""
    name = visitor.new_user()
    user_id = payload_of(visitor.log_in(name)["access_token"])["uid"]
    services = services_of(app)
    seen: list[SecurityEvent] = []
    real: Any = store.add

    def late(self: object, event: SecurityEvent, **when: Any) -> None:  # noqa: ANN401
        if (event.event, event.user_id) == (word, user_id) and not seen:
            seen.append(event)
            services[Administration].delete(UserRef(name))
        real(self, event, **when)

    monkeypatch.setattr(store, "add", late)
    visitor.authenticate(name, password)
    assert seen
    services[AuditTrail].flush()
    assert list(collections["audit_events"].find({"user_id": user_id})) == []


def test_other_users_events_stay(app: Flask, visitor: Visitor, collections: Collections) -> None:
    """S134: The clean-up after a write removes only deleted users' events."""
    user_id = payload_of(visitor.log_in()["access_token"])["uid"]
    services_of(app)[AuditTrail].flush()
    assert collections["audit_events"].count_documents({"user_id": user_id}) == 2
