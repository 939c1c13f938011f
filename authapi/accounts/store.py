"""The users as MongoDB keeps them: one document each, unique by `name_key`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pymongo

from authapi.accounts.emails import confirmed
from authapi.accounts.models import Change, EndedUser, PendingEmail, User
from authapi.accounts.notifying import Notices
from authapi.accounts.store_documents import (
    ALIVE,
    IN_FLOOR,
    MARK,
    in_epoch,
    only,
    to_document,
    to_ended,
    to_floor,
    to_update,
    to_user,
    user_or_none,
    with_roles,
)
from authapi.core.clock import UNIX_EPOCH
from authapi.database import (
    BATCH_SECONDS,
    Collections,
    Document,
    Index,
    StoredCollection,
    insert_if_new,
    insert_those_new,
)
from authapi.revocation.models import EpochFloor

COLLECTION = "users"
INDEXES = (
    Index(
        COLLECTION,
        [("name_key", 1)],
        {"unique": True},
        in_every_document=True,
        adopt="flask users adopt",
    ),
    Index(COLLECTION, [("released_at", 1)], {"expireAfterSeconds": 0}),
    Index(COLLECTION, [("ended_at", 1)], {"sparse": True}),
    Index(COLLECTION, [("notices.at", 1)], {"sparse": True}),
)
COLLECTIONS = (StoredCollection(COLLECTION, INDEXES),)


class UserStore:
    """Users in MongoDB; every write is one conditional operation on one document."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, user: User, notices: Notices = ()) -> bool:
        """Store a new user with what the user is told; False when the name is taken."""
        return insert_if_new(self._collections[COLLECTION], to_document(user, notices))

    def add_many(self, users: Sequence[User]) -> set[int]:
        """Store new users; return the positions of those whose name or id is taken."""
        documents = [to_document(user) for user in users]
        return insert_those_new(self._collections[COLLECTION], documents)

    def holders(self, name_keys: Iterable[str]) -> dict[str, User | None]:
        """Return which of these names are taken, each with its user.

        A deleted user's name, as long as it is not released, is there as None.
        """
        collection = self._collections[COLLECTION]
        query = {"name_key": {"$in": list(name_keys)}}
        with pymongo.timeout(BATCH_SECONDS):
            return {found["name_key"]: user_or_none(found) for found in collection.find(query)}

    def find_user(self, name_key: str) -> User | None:
        """Return the user of that name, or None."""
        found = self._collections[COLLECTION].find_one({"name_key": name_key})
        return user_or_none(found)

    def find_user_by_id(self, user_id: str) -> User | None:
        """Return the user of that id, or None."""
        return user_or_none(self._collections[COLLECTION].find_one({"_id": user_id}))

    def living(self, user_ids: Collection[str]) -> set[str]:
        """Return which of these ids are those of users who are not deleted."""
        query = {"_id": {"$in": list(user_ids)}, **ALIVE}
        return {found["_id"] for found in self._collections[COLLECTION].find(query, {"_id": 1})}

    def page(self, after: str, limit: int) -> list[User]:
        """Return at most `limit` users, in the order of their name keys, from beyond `after`."""
        query = {"name_key": {"$gt": after}, **ALIVE}
        found = self._collections[COLLECTION].find(query).sort("name_key", 1).limit(limit)
        return [to_user(document) for document in found]

    def replace_password_hash(self, user: User, new: str) -> bool:
        """Replace the user's hash by a better one of the same password; False if it changed.

        No session ends, since the password stays the same.
        """
        result = self._collections[COLLECTION].update_one(
            {**only(user), "password_hash": user.password_hash},
            {"$set": {"password_hash": new}},
        )
        return result.modified_count == 1

    def count_session(self, user: User, limit: int) -> bool:
        """Count one more session of a user who may log in, by one conditional write.

        Returns:
            False when the user's epoch is over, the user is disabled or gone, or `limit` sessions
            are counted already.
        """
        may_log_in = {"disabled": {"$ne": True}, "sessions": {"$not": {"$gte": limit}}}
        result = self._collections[COLLECTION].update_one(
            {**_living(user), **may_log_in}, {"$inc": {"sessions": 1}}
        )
        return result.modified_count == 1

    def recount_sessions(self, user: User, sessions: int) -> bool:
        """Correct the count of a user's sessions; False when it changed since `user` was read."""
        result = self._collections[COLLECTION].update_one(
            {**only(user), **in_epoch(user), "sessions": user.sessions},
            {"$set": {"sessions": sessions}},
        )
        return result.matched_count == 1

    def change(
        self, user: User, change: Change, where: Mapping[str, object], notices: Notices = ()
    ) -> bool:
        """Change a user by one conditional write; no session ends.

        Args:
            user: as it was read; if its epoch is over meanwhile, nothing is written.
            change: what is changed.
            where: what these members must be, by their paths; None for one that is not there.
            notices: what the user is told.

        Returns:
            False when one of them is something else, the user's epoch is over, or the user gone.
        """
        result = self._collections[COLLECTION].update_one(
            {**_living(user), **where}, to_update(change, notices)
        )
        return result.modified_count == 1

    def confirm_emails(self, users: Sequence[tuple[User, PendingEmail]], at: datetime) -> int:
        """Confirm the address that each user waits for; return how many were confirmed.

        Users whose epoch is over, or who have or want another address by now, are passed over.
        """
        writes = [
            pymongo.UpdateOne(
                {**_living(user), "pending_email.nonce": pending.nonce, "email": None},
                to_update(confirmed(pending, at)),
            )
            for user, pending in users
        ]
        with pymongo.timeout(BATCH_SECONDS):
            return self._collections[COLLECTION].bulk_write(writes, ordered=False).modified_count

    def begin_epoch(
        self, user: User, change: Change, where: Mapping[str, object], notices: Notices = ()
    ) -> bool:
        """Change a user and void all sessions and tokens so far, by one conditional write.

        The time is the database's own. `ended_since` finds the user by it until `clear_ended`.

        Args:
            user: as it was read; if its epoch is over meanwhile, nothing is written.
            change: what else is changed.
            where: what these members must be as well; None for one that is not there.
            notices: what the user is told.

        Returns:
            False when the user's epoch is over, one of them is something else, or the user gone.
        """
        begun = {"ended_by": None, **change.set, "epoch": user.epoch + 1, "sessions": 1}
        update = to_update(replace(change, set=begun), notices)
        result = self._collections[COLLECTION].update_one(
            {**_living(user), **where},
            {**update, "$currentDate": {"ended_at": True}},
        )
        return result.modified_count == 1

    def delete(self, user: User, notices: Notices = ()) -> bool:
        """Leave of a user nothing but the id and the name, which stays taken until `clear_ended`.

        Args:
            user: as it was read.
            notices: the last mails; the language is kept for them.

        Returns:
            False when the user's epoch is over, or the user is gone.
        """
        what_stays: Document = {
            "_id": "$_id",
            "name_key": "$name_key",
            "epoch": {"$literal": user.epoch + 1},
            "ended_at": "$$NOW",
            "deleted": {"$literal": True},
        }
        if notices:
            what_stays["notices"] = {"$literal": list(notices)}
            what_stays["locale"] = {"$literal": user.locale}
        result = self._collections[COLLECTION].update_one(
            _living(user), [{"$replaceWith": what_stays}]
        )
        return result.modified_count == 1

    def ended_since(self, moment: datetime | None) -> list[EpochFloor]:
        """Return whose sessions ended since a moment of the database's clock; None for all."""
        query = {"ended_at": {"$gte": moment or UNIX_EPOCH}}
        return [to_floor(each) for each in self._collections[COLLECTION].find(query, IN_FLOOR)]

    def ended_before(self, moment: datetime, limit: int) -> list[EndedUser]:
        """Return at most `limit` users whose sessions were ended before a moment."""
        query = {"ended_at": {"$gte": UNIX_EPOCH, "$lt": moment}}
        found = self._collections[COLLECTION].find(query).sort("ended_at", 1).limit(limit)
        return [to_ended(each) for each in found]

    def clear_ended(self, user: EndedUser, *, await_notices: bool) -> bool:
        """Note that nothing is left of what was ended; a deleted user's name is free then.

        Args:
            user: as it was read.
            await_notices: whether a deleted user stays until the sender has taken the last mails.

        Returns:
            False when it stays.
        """
        which = {**only(user), **in_epoch(user), **with_roles(user.roles)}
        if not user.deleted:
            self._collections[COLLECTION].update_one(which, {"$unset": MARK})
            return True
        which |= {"deleted": True} | ({"notices.0": {"$exists": False}} if await_notices else {})
        return self._collections[COLLECTION].delete_one(which).deleted_count == 1


def _living(user: User) -> Document:
    """Return the query for that user in the epoch that was read, unless deleted."""
    return {**only(user), **in_epoch(user), **ALIVE}
