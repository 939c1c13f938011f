"""The users as MongoDB keeps them: one document each, unique by `name_key`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from authapi.database import Collections, Index

COLLECTION = "users"
INDEXES = (Index(COLLECTION, [("name_key", 1)], {"unique": True}),)


class NameTaken(Exception):
    """Another user has this name already."""


@dataclass(frozen=True, slots=True)
class User:
    """A stored user.

    Attributes:
        id: the permanent id, random.
        username: the name as typed at registration.
        name_key: the form of it that is unique.
        password_hash: as `PasswordHasher` makes and reads it.
        created_at: when, aware, UTC.
        registration_key: a fingerprint of the request's Idempotency-Key, if it had one.
    """

    id: str
    username: str
    name_key: str
    password_hash: str
    created_at: datetime
    registration_key: str | None = None


class UserStore:
    """Users in MongoDB; every write is one conditional operation on one document."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, user: User) -> None:
        """Store a new user; the unique index decides who was first.

        Raises:
            NameTaken: when the name belongs to somebody already.
        """
        document: dict[str, Any] = {
            "_id": user.id,
            "username": user.username,
            "name_key": user.name_key,
            "password_hash": user.password_hash,
            "created_at": user.created_at,
        }
        if user.registration_key is not None:
            document["registration_key"] = user.registration_key
        try:
            self._collections[COLLECTION].insert_one(document)
        except DuplicateKeyError:
            raise NameTaken from None

    def find(self, name_key: str) -> User | None:
        """Return the user of that name, or None."""
        found = self._collections[COLLECTION].find_one({"name_key": name_key})
        if found is None:
            return None
        return User(
            id=found["_id"],
            username=found["username"],
            name_key=found["name_key"],
            password_hash=found["password_hash"],
            created_at=found["created_at"],
            registration_key=found.get("registration_key"),
        )

    def replace_password_hash(self, user_id: str, old: str, new: str) -> bool:
        """Put `new` in the place of `old`; False when `old` is no longer there."""
        result = self._collections[COLLECTION].update_one(
            {"_id": user_id, "password_hash": old}, {"$set": {"password_hash": new}}
        )
        return result.modified_count == 1
