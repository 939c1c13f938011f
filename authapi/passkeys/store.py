"""Passkeys, and the ceremonies that were answered, as MongoDB keeps them."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from authapi.database import Collections, Document, Index, StoredCollection, insert_if_new
from authapi.passkeys.models import Passkey

PASSKEYS = "passkeys"
SPENT = "spent"
COLLECTIONS = (
    StoredCollection(PASSKEYS, (Index(PASSKEYS, [("user_id", 1)]),)),
    StoredCollection(
        SPENT,
        (Index(SPENT, [("expires_at", 1)], {"expireAfterSeconds": 0}),),
        nothing_personal="random ids of ceremonies that are over",
    ),
)


class PasskeyStore:
    """Passkeys in MongoDB; `_id` is the credential's, so that one account has it (S118)."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, passkey: Passkey) -> bool:
        """Store a passkey; False when there is one of that id."""
        members = asdict(passkey)
        document = {"_id": members.pop("id"), **members}
        document["transports"] = list(passkey.transports)
        return insert_if_new(self._collections[PASSKEYS], document)

    def find_passkey(self, passkey_id: str) -> Passkey | None:
        """Return the passkey of that id, or None."""
        found = self._collections[PASSKEYS].find_one({"_id": passkey_id})
        return _passkey(found) if found else None

    def find_passkeys(self, passkey_ids: Iterable[str]) -> list[Passkey]:
        """Return the passkeys of those ids."""
        found = self._collections[PASSKEYS].find({"_id": {"$in": list(passkey_ids)}})
        return [_passkey(each) for each in found]

    def note_use(
        self,
        seen: Passkey,
        *,
        sign_count: int,
        backed_up: bool,
        used_at: datetime,
        confirmed_epoch: int | None,
    ) -> bool:
        """Note that a passkey was used, unless its counter changed since it was read (S116).

        Args:
            seen: as it was read.
            sign_count: its new counter.
            backed_up: whether it is on more than one device now.
            used_at: when.
            confirmed_epoch: the user's epoch, where the password was checked as well.
        """
        used: Document = {"sign_count": sign_count, "backed_up": backed_up, "used_at": used_at}
        if confirmed_epoch is not None:
            used["confirmed_epoch"] = confirmed_epoch
        result = self._collections[PASSKEYS].update_one(
            {"_id": seen.id, "user_id": seen.user_id, "sign_count": seen.sign_count},
            {"$set": used},
        )
        return result.matched_count == 1

    def rename(self, passkey_id: str, user_id: str, name: str) -> bool:
        """Rename a user's passkey; False when there is none of that id."""
        result = self._collections[PASSKEYS].update_one(
            {"_id": passkey_id, "user_id": user_id}, {"$set": {"name": name}}
        )
        return result.matched_count == 1

    def remove(self, passkey_id: str, user_id: str) -> None:
        """Remove a user's passkey."""
        self._collections[PASSKEYS].delete_one({"_id": passkey_id, "user_id": user_id})

    def remove_others(self, user_id: str, named: Collection[str], before: datetime) -> None:
        """Remove older passkeys that a user does not name: an enrolment was cut off there."""
        self._collections[PASSKEYS].delete_many(
            {"user_id": user_id, "_id": {"$nin": list(named)}, "created_at": {"$lt": before}}
        )

    def forget_user(self, user_id: str) -> None:
        """Remove a user's passkeys."""
        self._collections[PASSKEYS].delete_many({"user_id": user_id})


class SpentStore:
    """What was used up; one insert is one use."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, spent_id: str, expires_at: datetime) -> bool:
        """Use something up; False when it was used before (S115)."""
        document = {"_id": spent_id, "expires_at": expires_at}
        return insert_if_new(self._collections[SPENT], document)


def _passkey(found: Document) -> Passkey:
    members = {name: value for name, value in found.items() if name != "_id"}
    return Passkey(found["_id"], **{**members, "transports": tuple(found["transports"])})
