"""The documents that another program left in the collection of users (MongoDB)."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from bson import ObjectId, json_util
from pymongo.errors import DuplicateKeyError

from authapi.accounts.models import ORIGINALS, ForeignUser, User
from authapi.accounts.store import COLLECTION
from authapi.accounts.store_documents import to_document, user_or_none
from authapi.core.services import Subject
from authapi.database import Collections, Document, StoredCollection

COLLECTIONS = (StoredCollection(ORIGINALS, ()),)
_FOREIGN = {"name_key": None}  # missing counts, too
_SECRETS = ("password", "hashed_password", "password_hash", "totp_secret")


class ForeignUserStore:
    """Reads another program's documents, and replaces them by users.

    Args:
        collections: returns the collections, even where the service refuses to serve; called at
            each use, since nothing connects before the first.
    """

    collections = (ORIGINALS,)

    def __init__(self, collections: Callable[[], Collections]) -> None:
        self._collections = collections

    def all(self) -> Iterator[ForeignUser]:
        """Return the other program's documents, in the order of their ids."""
        for document in self._collections()[COLLECTION].find(_FOREIGN).sort("_id", 1):
            yield ForeignUser(document, json.loads(json_util.dumps(document)))

    def holder(self, name_key: str) -> User | None:
        """Return the user who has that name, or None; None for a deleted user's name."""
        return user_or_none(self._collections()[COLLECTION].find_one({"name_key": name_key}))

    def replace(self, foreign: ForeignUser, user: User) -> bool:
        """Keep the document in `ORIGINALS`, and replace it by `user`; False if the name is taken.

        A crash after any step does no harm: run again, it goes on from there.
        """
        document, users = foreign.document, self._collections()[COLLECTION]
        own = {"_id": document["_id"]}
        self._collections()[ORIGINALS].replace_one(own, document, upsert=True)
        try:
            if document["_id"] == user.id:
                users.replace_one({**own, **_FOREIGN}, to_document(user))
                return True
            users.insert_one(to_document(user))
        except DuplicateKeyError:
            there = users.find_one({"_id": user.id})
            if there is None or there.get("name_key") != user.name_key:
                return False
        users.delete_one({**own, **_FOREIGN})
        return True

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return the document as it was before its adoption, without what is secret in it."""
        found = self._collections()[ORIGINALS].find_one(_either_id(subject))
        if found is None:
            return {}
        members = json.loads(json_util.dumps(found))
        return {"before_adoption": {k: v for k, v in members.items() if k not in _SECRETS}}

    def erase(self, subject: Subject) -> None:
        """Remove the document that was kept."""
        self._collections()[ORIGINALS].delete_one(_either_id(subject))


def _either_id(subject: Subject) -> Document:
    ids: list[object] = [subject.id]
    if ObjectId.is_valid(subject.id):
        ids.append(ObjectId(subject.id))
    return {"_id": {"$in": ids}}
