"""The users as MongoDB keeps them: one document each, unique by `name_key`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import pymongo
from pymongo.errors import BulkWriteError, DuplicateKeyError

from authapi.accounts.models import User
from authapi.database import DUPLICATE_KEY, Collections, Document, Index

COLLECTION = "users"
BATCH_SECONDS = 30
"""How long the storing of many users at once may take at the most."""

INDEXES = (
    Index(
        COLLECTION,
        [("name_key", 1)],
        {"unique": True},
        in_every_document=True,
        adopt="flask users adopt",
    ),
    Index(COLLECTION, [("released_at", 1)], {"expireAfterSeconds": 0}),
)


# A deleted user's name stays for a while, and is nobody.
_ALIVE = {"released_at": None}


class NameTaken(Exception):
    """Another user has this name already."""


class UserStore:
    """Users in MongoDB; every write is one conditional operation on one document."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, user: User) -> None:
        """Store a new user; the unique index decides who was first.

        Raises:
            NameTaken: when the name belongs to somebody already.
        """
        try:
            self._collections[COLLECTION].insert_one(_document(user))
        except DuplicateKeyError:
            raise NameTaken from None

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Store new users, each by an insert of its own; say which found name or id taken.

        Returns:
            Positions in `users`. One that is refused keeps no other from being stored.
        """
        collection = self._collections[COLLECTION]  # a database that is away is told at once
        try:
            with pymongo.timeout(BATCH_SECONDS):
                collection.insert_many([_document(user) for user in users], ordered=False)
        except BulkWriteError as error:
            failures = (error.details or {}).get("writeErrors", [])
            if not failures or any(failure["code"] != DUPLICATE_KEY for failure in failures):
                raise
            return {failure["index"] for failure in failures}
        return set()

    def holders(self, name_keys: Iterable[str]) -> dict[str, User | None]:
        """Return which of these names are taken, each with its user.

        A deleted user's name, as long as it is not released, is there as None.
        """
        collection = self._collections[COLLECTION]
        query = {"name_key": {"$in": list(name_keys)}}
        with pymongo.timeout(BATCH_SECONDS):
            return {found["name_key"]: _user_or_none(found) for found in collection.find(query)}

    def find(self, name_key: str) -> User | None:
        """Return the user of that name, or None."""
        found = self._collections[COLLECTION].find_one({"name_key": name_key})
        return _user_or_none(found)

    def find_by_id(self, user_id: str) -> User | None:
        """Return the user of that id, or None."""
        return _user_or_none(self._collections[COLLECTION].find_one({"_id": user_id}))

    def living(self, user_ids: Collection[str]) -> set[str]:
        """Return which of these ids are those of users who are not deleted."""
        query = {"_id": {"$in": list(user_ids)}, **_ALIVE}
        return {found["_id"] for found in self._collections[COLLECTION].find(query, {"_id": 1})}

    def page(self, after: str, limit: int) -> list[User]:
        """Return at most `limit` users, in the order of their name keys, from beyond `after`."""
        query = {"name_key": {"$gt": after}, **_ALIVE}
        found = self._collections[COLLECTION].find(query).sort("name_key", 1).limit(limit)
        return [_user(document) for document in found]

    def is_current(self, user: User) -> bool:
        """Whether `user` may begin a session: not deleted, not disabled, not in a new epoch."""
        found = self.find(user.name_key)
        return (
            found is not None
            and found.id == user.id
            and found.epoch == user.epoch
            and not found.disabled
        )

    def replace_password_hash(self, user_id: str, old: str, new: str) -> bool:
        """Put `new` in the place of `old`; False when `old` is no longer there."""
        result = self._collections[COLLECTION].update_one(
            {"_id": user_id, "password_hash": old}, {"$set": {"password_hash": new}}
        )
        return result.modified_count == 1

    def change_password(self, user: User, new_hash: str) -> bool:
        """Put `new_hash` in the place of the hash that `user` has; False when that is gone."""
        result = self._collections[COLLECTION].update_one(
            {**_only(user), "password_hash": user.password_hash},
            {"$set": {"password_hash": new_hash}, "$inc": {"epoch": 1}},
        )
        return result.modified_count == 1

    def begin_epoch(self, user_id: str) -> bool:
        """Let no session begin on credentials that were checked before now; False if no user."""
        result = self._collections[COLLECTION].update_one(
            {"_id": user_id, **_ALIVE}, {"$inc": {"epoch": 1}}
        )
        return result.modified_count == 1

    def set_disabled(self, user_id: str, *, disabled: bool) -> bool:
        """Forbid or allow a user to log in; False when there is no such user."""
        result = self._collections[COLLECTION].update_one(
            {"_id": user_id, **_ALIVE},
            {"$set": {"disabled": disabled}, "$inc": {"epoch": 1}},
        )
        return result.matched_count == 1

    def delete(self, user: User, *, release_name_at: datetime) -> bool:
        """Remove the user; only the name stays, and keeps others from it, until it is released."""
        result = self._collections[COLLECTION].replace_one(
            {**_only(user), "password_hash": user.password_hash},
            {"name_key": user.name_key, "released_at": release_name_at},
        )
        return result.modified_count == 1

    def remove(self, user: User, *, release_name_at: datetime) -> bool:
        """Do as `delete` does, whatever the password is by now; False when the user is gone."""
        result = self._collections[COLLECTION].replace_one(
            {**_only(user), **_ALIVE},
            {"name_key": user.name_key, "released_at": release_name_at},
        )
        return result.modified_count == 1


def _only(user: User) -> Document:
    """Return the query for that user's document: by both keys, so that one shard is asked."""
    return {"_id": user.id, "name_key": user.name_key}


def _document(user: User) -> Document:
    document: dict[str, Any] = {
        "_id": user.id,
        "username": user.username,
        "name_key": user.name_key,
        "password_hash": user.password_hash,
        "created_at": user.created_at,
        "epoch": user.epoch,
        "disabled": user.disabled,
    }
    if user.registration_key is not None:
        document["registration_key"] = user.registration_key
    return document


def _user_or_none(found: Document | None) -> User | None:
    """Return the user that a document holds: none, if it is only a name kept after a deletion."""
    return _user(found) if found is not None and found.get("released_at") is None else None


def _user(found: Document) -> User:
    return User(
        id=found["_id"],
        username=found["username"],
        name_key=found["name_key"],
        password_hash=found["password_hash"],
        created_at=found["created_at"],
        registration_key=found.get("registration_key"),
        epoch=found.get("epoch", 0),
        disabled=found.get("disabled", False),
    )
