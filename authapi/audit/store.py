"""The security events as MongoDB keeps them, until their time is over."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import UpdateOne
from pymongo.cursor import Cursor as PyMongoCursor
from pymongo.errors import BulkWriteError

from authapi.audit.rules import group_key
from authapi.core.client import Client
from authapi.core.cursors import Cursor
from authapi.core.events import Origin, SecurityEvent
from authapi.database import DUPLICATE_KEY, Collections, Document, Index, StoredCollection

COLLECTION = "audit_events"
INDEXES = (
    Index(COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}),
    Index(COLLECTION, [("user_id", 1), ("at", -1), ("_id", -1)]),
    Index(COLLECTION, [("at", -1), ("_id", -1)]),
)
COLLECTIONS = (StoredCollection(COLLECTION, INDEXES),)


class AuditStore:
    """Security events in MongoDB: an insert each; one document for those that are aggregated."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, event: SecurityEvent, *, expires_at: datetime) -> None:
        """Store an event until `expires_at`."""
        document = _document(event, expires_at)
        self._collections[COLLECTION].insert_one({"_id": secrets.token_hex(12), **document})

    def add_aggregated(self, aggregated: Sequence[SecurityEvent], lifetime: timedelta) -> None:
        """Store events that are alike as one document, or add to the one that is there.

        Most are the first of their hour, and an insert costs a third of an upsert. So all are
        inserted, and those whose document is there already are added to it afterwards.
        """
        documents = [
            {
                "_id": _name(event),
                **_document(event, event.at + lifetime),
                "count": event.count,
                "last_at": event.last_at or event.at,
            }
            for event in aggregated
        ]
        try:
            self._collections[COLLECTION].insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failed = error.details.get("writeErrors", [])
            there = [one["index"] for one in failed if one["code"] == DUPLICATE_KEY]
            if there:
                additions = [_addition(documents[index]) for index in there]
                self._collections[COLLECTION].bulk_write(additions, ordered=False)
            if not there or len(there) < len(failed):
                raise

    def page(
        self,
        limit: int,
        before: Cursor | None,
        user_id: str | None = None,
        event: str | None = None,
    ) -> tuple[list[SecurityEvent], Cursor | None]:
        """Return at most `limit` events, the newest first.

        Args:
            limit: how many, at least 1.
            before: the last one of the page before this one; None for the first page.
            user_id: whose; None for those of everybody.
            event: of which kind; None for all.

        Returns:
            The events, and the cursor for `before` of the next page; None when there are no more.
        """
        wanted = {"user_id": user_id, "event": event}
        query: Document = {name: value for name, value in wanted.items() if value is not None}
        if before is not None:
            query["at"] = {"$lte": before.at}
            query["$or"] = [{"at": {"$lt": before.at}}, {"_id": {"$lt": before.item_id}}]
        found = list(self._find(query).limit(limit + 1))
        shown = found[:limit]
        last = Cursor(shown[-1]["at"], shown[-1]["_id"]) if len(found) > limit else None
        return [_event(document) for document in shown], last

    def events_of_user(self, user_id: str) -> list[SecurityEvent]:
        """Return all of the user's events, the newest first."""
        return [_event(document) for document in self._find({"user_id": user_id})]

    def forget_user(self, user_id: str) -> int:
        """Remove the user's events; return how many they were."""
        return self._collections[COLLECTION].delete_many({"user_id": user_id}).deleted_count

    def _find(self, query: Document) -> PyMongoCursor[Document]:
        return self._collections[COLLECTION].find(query).sort([("at", -1), ("_id", -1)])


def _document(event: SecurityEvent, expires_at: datetime) -> Document:
    return {
        "at": event.at,
        "event": str(event.event),
        "user_id": event.user_id,
        "session_id": event.session_id,
        "reason": event.reason,
        "address": event.origin.client.address,
        "user_agent": event.origin.client.user_agent,
        "request_id": event.origin.request_id,
        "expires_at": expires_at,
    }


def _name(aggregated: SecurityEvent) -> str:
    """Return the id of the document that all events like this one share."""
    parts = "\0".join(part or "" for part in group_key(aggregated))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def _addition(document: Document) -> UpdateOne:
    change = {"$inc": {"count": document["count"]}, "$max": {"last_at": document["last_at"]}}
    return UpdateOne({"_id": document["_id"]}, change)


def _event(found: Document) -> SecurityEvent:
    return SecurityEvent(
        event=found["event"],
        at=found["at"],
        origin=Origin(Client(found["address"], found["user_agent"]), found["request_id"]),
        user_id=found["user_id"],
        session_id=found["session_id"],
        reason=found["reason"],
        count=found.get("count", 1),
        last_at=found.get("last_at"),
    )
