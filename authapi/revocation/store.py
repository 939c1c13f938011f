"""The revocations as MongoDB keeps them, until the last access token they are about has expired."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pymongo import UpdateOne

from authapi.database import Collections, Document, Index
from authapi.revocation.models import Revocation

COLLECTION = "revocations"
INDEXES = (
    Index(COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}),
    Index(COLLECTION, [("revoked_at", 1)]),
)


class RevocationStore:
    """Revocations in MongoDB."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, revocations: Iterable[Revocation]) -> None:
        """Store revocations; one that is there already is renewed."""
        writes = [
            UpdateOne(
                {"_id": entry.subject},
                {"$set": {"revoked_at": entry.revoked_at, "expires_at": entry.expires_at}},
                upsert=True,
            )
            for entry in revocations
        ]
        if writes:
            self._collections[COLLECTION].bulk_write(writes, ordered=False)

    def unexpired(self, moment: datetime) -> list[Revocation]:
        """Return what still matters at `moment`, whenever it was revoked."""
        return self._read({"expires_at": {"$gt": moment}})

    def since(self, moment: datetime) -> list[Revocation]:
        """Return what was revoked at or after `moment`."""
        return self._read({"revoked_at": {"$gte": moment}})

    def _read(self, query: Document) -> list[Revocation]:
        found = self._collections[COLLECTION].find(query)
        return [Revocation(doc["_id"], doc["revoked_at"], doc["expires_at"]) for doc in found]
