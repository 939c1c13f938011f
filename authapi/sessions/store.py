"""The sessions as MongoDB keeps them: one document each, rotated by one conditional write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from authapi.core.client import Client
from authapi.database import Collections, Document, Index
from authapi.sessions.models import Session

COLLECTION = "sessions"
INDEXES = (
    Index(COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}),
    Index(COLLECTION, [("user_id", 1)]),
)


class SessionStore:
    """Sessions in MongoDB; every operation names one `_id`, so any topology will do."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, session: Session) -> None:
        """Store a new session."""
        self._collections[COLLECTION].insert_one(
            {
                "_id": session.id,
                "user_id": session.user_id,
                "generation": session.generation,
                "created_at": session.created_at,
                "refreshed_at": session.refreshed_at,
                "expires_at": session.expires_at,
                "address": session.client.address,
                "user_agent": session.client.user_agent,
                "refresh_key": session.refresh_key,
            }
        )

    def find(self, session_id: str) -> Session | None:
        """Return the session, or None when it is gone."""
        found = self._collections[COLLECTION].find_one({"_id": session_id})
        return _session(found) if found is not None else None

    def of_user(self, user_id: str) -> list[Session]:
        """Return the user's sessions."""
        return [
            _session(found) for found in self._collections[COLLECTION].find({"user_id": user_id})
        ]

    def rotate(
        self,
        session_id: str,
        generation: int,
        *,
        at: datetime,
        expires_at: datetime,
        refresh_key: str | None,
    ) -> bool:
        """Spend the refresh token of `generation`; True for exactly one caller, ever."""
        result = self._collections[COLLECTION].update_one(
            {"_id": session_id, "generation": generation, "expires_at": {"$gt": at}},
            {
                "$set": {
                    "generation": generation + 1,
                    "refreshed_at": at,
                    "expires_at": expires_at,
                    "refresh_key": refresh_key,
                }
            },
        )
        return result.modified_count == 1

    def end(self, session_id: str) -> bool:
        """Remove the session; False when there was none."""
        return self._collections[COLLECTION].delete_one({"_id": session_id}).deleted_count == 1

    def end_these(self, session_ids: Sequence[str]) -> int:
        """Remove sessions; return how many of them were there."""
        result = self._collections[COLLECTION].delete_many({"_id": {"$in": list(session_ids)}})
        return result.deleted_count

    def end_if_past(self, session_id: str, generation: int) -> bool:
        """Remove the session if it went beyond `generation`; False when it did not."""
        result = self._collections[COLLECTION].delete_one(
            {"_id": session_id, "generation": {"$gt": generation}}
        )
        return result.deleted_count == 1


def _session(found: Document) -> Session:
    return Session(
        id=found["_id"],
        user_id=found["user_id"],
        generation=found["generation"],
        created_at=found["created_at"],
        refreshed_at=found["refreshed_at"],
        expires_at=found["expires_at"],
        client=Client(found["address"], found["user_agent"]),
        refresh_key=found["refresh_key"],
    )
