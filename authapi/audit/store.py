"""The security events as MongoDB keeps them, until their time is over."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from pymongo.cursor import Cursor

from authapi.core.client import Client
from authapi.core.events import Origin, SecurityEvent
from authapi.database import Collections, Document, Index

COLLECTION = "audit_events"
INDEXES = (
    Index(COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}),
    Index(COLLECTION, [("user_id", 1), ("at", -1)]),
    Index(COLLECTION, [("at", -1)]),
)


class AuditStore:
    """Security events in MongoDB: one insert each, never changed."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, happened: SecurityEvent, *, expires_at: datetime) -> None:
        """Store an event until `expires_at`."""
        self._collections[COLLECTION].insert_one(
            {
                "_id": secrets.token_hex(12),
                "at": happened.at,
                "event": str(happened.event),
                "user_id": happened.user_id,
                "session_id": happened.session_id,
                "reason": happened.reason,
                "address": happened.origin.client.address,
                "user_agent": happened.origin.client.user_agent,
                "request_id": happened.origin.request_id,
                "expires_at": expires_at,
            }
        )

    def of_user(self, user_id: str, limit: int | None) -> list[SecurityEvent]:
        """Return the user's events, the newest first; at most `limit`, or all."""
        return self._newest({"user_id": user_id}, limit)

    def newest(self, limit: int) -> list[SecurityEvent]:
        """Return the newest events of all users, the newest first."""
        return self._newest({}, limit)

    def forget_user(self, user_id: str) -> int:
        """Remove the user's events; return how many they were."""
        return self._collections[COLLECTION].delete_many({"user_id": user_id}).deleted_count

    def _newest(self, query: Mapping[str, str], limit: int | None) -> list[SecurityEvent]:
        found: Cursor[Document] = self._collections[COLLECTION].find(query).sort("at", -1)
        return [_event(document) for document in (found.limit(limit) if limit else found)]


def _event(found: Document) -> SecurityEvent:
    return SecurityEvent(
        event=found["event"],
        at=found["at"],
        origin=Origin(Client(found["address"], found["user_agent"]), found["request_id"]),
        user_id=found["user_id"],
        session_id=found["session_id"],
        reason=found["reason"],
    )
