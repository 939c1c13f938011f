"""The revocations as MongoDB keeps them, until the tokens concerned have expired."""

from datetime import UTC, datetime

from authapi.database import Collections, DatabaseUnavailable, Document, Index, StoredCollection
from authapi.revocation.models import EVERYBODY, Revocation

COLLECTION = "revocations"
INDEXES = (
    Index(COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}),
    Index(COLLECTION, [("revoked_at", 1)]),
)
COLLECTIONS = (
    StoredCollection(
        COLLECTION,
        INDEXES,
        nothing_personal="random ids of ended sessions, until their access tokens have expired",
    ),
)
_PREFIX = "session:"
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class RevocationStore:
    """Revoked sessions in MongoDB."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, revocation: Revocation) -> None:
        """Store a revocation; one that is there already gets the new times.

        Its time is the database's own, so that the clocks of several servers do not matter.
        """
        self._collections[COLLECTION].update_one(
            {"_id": _PREFIX + revocation.session_id},
            {
                "$set": {"expires_at": revocation.expires_at},
                "$currentDate": {"revoked_at": True},
            },
            upsert=True,
        )

    def add_everybody(self) -> datetime:
        """Store, by one write, that all sessions so far have ended; return when that was.

        The time is the database's own. The document is kept, since refresh tokens live long.

        Raises:
            DatabaseUnavailable: when the document is gone right after the write.
        """
        which = {"_id": _PREFIX + EVERYBODY}
        self._collections[COLLECTION].update_one(
            which,
            {"$set": {"expires_at": _NEVER}, "$currentDate": {"revoked_at": True}},
            upsert=True,
        )
        found = self._collections[COLLECTION].find_one(which)
        if found is None:
            raise DatabaseUnavailable("What was just written is not there.")
        revoked_at: datetime = found["revoked_at"]
        return revoked_at

    def is_revoked(self, session_id: str) -> bool:
        """Whether a revocation of the session is stored."""
        which = {"_id": _PREFIX + session_id}
        return self._collections[COLLECTION].find_one(which, {"_id": 1}) is not None

    def unexpired(self, moment: datetime) -> list[Revocation]:
        """Return all revocations that have not expired at `moment`."""
        return self._read({"expires_at": {"$gt": moment}})

    def since(self, moment: datetime) -> list[Revocation]:
        """Return what was revoked at or after `moment` of the database's clock."""
        return self._read({"revoked_at": {"$gte": moment}})

    def _read(self, query: Document) -> list[Revocation]:
        return [
            Revocation(found["_id"].removeprefix(_PREFIX), found["expires_at"], found["revoked_at"])
            for found in self._collections[COLLECTION].find(query)
        ]
