"""The sessions as MongoDB keeps them: one document each, rotated by one conditional write."""

from collections.abc import Sequence
from datetime import datetime

from authapi.core.client import Client
from authapi.core.identity import AAL1, PASSWORD
from authapi.core.retries import TRIES
from authapi.core.roles import NO_ROLES, Roles
from authapi.database import (
    Collections,
    DatabaseUnavailable,
    Document,
    Index,
    StoredCollection,
    insert_if_new,
)
from authapi.sessions.models import Session
from authapi.tokens.models import FreshProof

COLLECTION = "sessions"
INDEXES = (
    Index(
        COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}, in_every_document=True
    ),  # a TTL index would remove another program's sessions
    Index(COLLECTION, [("user_id", 1)], in_every_document=True),
)
COLLECTIONS = (StoredCollection(COLLECTION, INDEXES),)


class SessionStore:
    """Sessions in MongoDB; every write names one `_id`, except those that remove void ones."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, session: Session) -> bool:
        """Store a new session; False when there is one of its id."""
        document = {
            "_id": session.id,
            "user_id": session.user_id,
            "generation": session.generation,
            "created_at": session.created_at,
            "refreshed_at": session.refreshed_at,
            "expires_at": session.expires_at,
            "address": session.client.address,
            "user_agent": session.client.user_agent,
            "refresh_key": session.refresh_key,
            "epoch": session.epoch,
            "amr": list(session.methods),
            "acr": session.assurance,
            **_role_members(session.roles),
        }
        return insert_if_new(self._collections[COLLECTION], document)

    def find_session(self, session_id: str) -> Session | None:
        """Return the session, or None when it is gone."""
        found = self._collections[COLLECTION].find_one({"_id": session_id})
        return _session(found) if found is not None else None

    def lives(self, session_id: str) -> bool:
        """Whether the session has not ended."""
        return self.find_session(session_id) is not None

    def sessions_of_user(self, user_id: str) -> list[Session]:
        """Return the user's sessions, void and expired ones as well."""
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
        began_at: datetime,
        epoch: int = 0,
        roles: Roles = NO_ROLES,
    ) -> bool:
        """Spend the refresh token of `generation`; True for one caller only.

        Args:
            session_id: the session.
            generation: must be the session's present one.
            at: now; an expired session is not rotated.
            expires_at: when the session expires from now on.
            refresh_key: a fingerprint of the request's Idempotency-Key, to recognise a repeat.
            began_at: must be when the session began; another session may have had the same id.
            epoch: the user's lowest one that is accepted; an older session is not rotated.
            roles: of the successor; a session with later ones is not rotated.
        """
        which = {
            "_id": session_id,
            "generation": generation,
            "expires_at": {"$gt": at},
            "created_at": began_at,
            "roles_version": {"$not": {"$gt": roles.version}},
        }
        if epoch:
            which["epoch"] = {"$gte": epoch}
        result = self._collections[COLLECTION].update_one(
            which,
            {
                "$set": {
                    "generation": generation + 1,
                    "refreshed_at": at,
                    "expires_at": expires_at,
                    "refresh_key": refresh_key,
                    **_role_members(roles),
                }
            },
        )
        return result.modified_count == 1

    def give_roles(self, user_id: str, roles: Roles, limit: int) -> int:
        """Write these roles to at most `limit` of the user's sessions that have earlier ones.

        Returns:
            How many were changed; fewer than `limit` when none is left.
        """
        earlier = {"roles_version": {"$not": {"$gte": roles.version}}}
        found = self._collections[COLLECTION].find({"user_id": user_id, **earlier}, {"_id": 1})
        ids = [each["_id"] for each in found.limit(limit)]
        if ids:
            which = {"_id": {"$in": ids}, **earlier}
            self._collections[COLLECTION].update_many(which, {"$set": _role_members(roles)})
        return len(ids)

    def move_to_epoch(self, session_id: str, epoch: int, proof: FreshProof | None = None) -> None:
        """Move a session, if it is there, to `epoch`, unless it is in a later one.

        Args:
            session_id: the session.
            epoch: the user's new one.
            proof: the user's new proof, where it is stronger than that of the login.
        """
        raised: Document = {"$max": {"epoch": epoch}}
        if proof is not None:
            raised["$set"] = {"amr": list(proof.methods), "acr": proof.assurance}
        self._collections[COLLECTION].update_one({"_id": session_id}, raised)

    def end_session(self, session_id: str) -> bool:
        """Remove the session; False when there was none."""
        return self._delete({"_id": session_id})

    def end_if_past(self, session_id: str, generation: int) -> bool:
        """Remove the session if its generation is above `generation`; False otherwise."""
        return self._delete({"_id": session_id, "generation": {"$gt": generation}})

    def clear_void(self, user_id: str, epoch: int, limit: int) -> int:
        """Remove at most `limit` of the user's sessions of epochs before `epoch`.

        Returns:
            How many were removed; fewer than `limit` when none is left.
        """
        query = {"user_id": user_id, "epoch": {"$not": {"$gte": epoch}}}
        found = self._collections[COLLECTION].find(query, {"_id": 1}).limit(limit)
        return self.end_these([each["_id"] for each in found])

    def end_these(self, session_ids: Sequence[str]) -> int:
        """Remove sessions; return how many of them were there."""
        if not session_ids:
            return 0
        result = self._collections[COLLECTION].delete_many({"_id": {"$in": list(session_ids)}})
        return result.deleted_count

    def clear_begun_until(self, moment: datetime, limit: int) -> int:
        """Remove at most `limit` sessions that began until `moment`; return how many."""
        query = {"created_at": {"$lte": moment}}
        found = self._collections[COLLECTION].find(query, {"_id": 1}).limit(limit)
        return self.end_these([each["_id"] for each in found])

    def erase_user(self, user_id: str) -> None:
        """Remove all of a user's sessions."""
        self._collections[COLLECTION].delete_many({"user_id": user_id})

    def use_times(self, user_id: str, epoch: int, now: datetime) -> dict[str, datetime]:
        """Return when each of the user's living sessions was used last."""
        members = {"refreshed_at": 1, "expires_at": 1, "epoch": 1}
        found = self._collections[COLLECTION].find({"user_id": user_id}, members)
        return {
            each["_id"]: each["refreshed_at"]
            for each in found
            if each.get("epoch", 0) >= epoch and each["expires_at"] > now
        }

    def _delete(self, which: Document) -> bool:
        """Remove the document that matches, whatever updates come in between.

        Some servers that speak MongoDB's protocol report that nothing was deleted when an update
        of the same document came in between: whatever is still there is deleted again.
        """
        sessions = self._collections[COLLECTION]
        for _ in range(TRIES):
            if sessions.delete_one(which).deleted_count == 1:
                return True
            if sessions.find_one(which, {"_id": 1}) is None:
                return False
        raise DatabaseUnavailable("A session could not be ended: it is written again and again.")


def _role_members(roles: Roles) -> Document:
    """Return a session's members about roles; none for a user who never had one."""
    names = {"roles": list(roles.names)} if roles.names or roles.version else {}
    return {**names, "roles_version": roles.version} if roles.version else names


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
        epoch=found.get("epoch", 0),
        methods=tuple(found.get("amr", (PASSWORD,))),
        assurance=found.get("acr", AAL1),
        roles=Roles(tuple(found.get("roles", ())), found.get("roles_version", 0)),
    )
