"""The registry of addresses: `_id` is the address, so that it is unique on any topology."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import pymongo

from authapi.addresses.models import Entry
from authapi.database import (
    BATCH_SECONDS,
    Collections,
    Document,
    Index,
    StoredCollection,
    insert_if_new,
    insert_those_new,
)

COLLECTION = "addresses"
INDEXES = (
    Index(COLLECTION, [("user_id", 1)]),
    Index(COLLECTION, [("held_until", 1)], {"expireAfterSeconds": 0}),
)
_KEEP = {"$unset": {"held_until": ""}}
COLLECTIONS = (StoredCollection(COLLECTION, INDEXES),)


class RegistryStore:
    """Entries in MongoDB; every write says which entry it has seen."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, entry: Entry) -> bool:
        """Store an entry; False when there is one of that address."""
        return insert_if_new(self._collections[COLLECTION], _document(entry))

    def find_entry(self, key: str) -> Entry | None:
        """Return the entry of that address, or None."""
        found = self._collections[COLLECTION].find_one({"_id": key})
        return _entry(found) if found else None

    def add_many(self, entries: Sequence[Entry]) -> set[int]:
        """Store entries; return the positions of those whose address has one."""
        documents = [_document(entry) for entry in entries]
        return insert_those_new(self._collections[COLLECTION], documents)

    def find_entries(self, keys: Iterable[str]) -> list[Entry]:
        """Return the entries of those addresses."""
        with pymongo.timeout(BATCH_SECONDS):
            found = self._collections[COLLECTION].find({"_id": {"$in": list(keys)}})
            return [_entry(each) for each in found]

    def keep_many(self, seen: Iterable[Entry]) -> None:
        """Remove the expiry of entries, except those that changed meanwhile."""
        writes = [pymongo.UpdateOne(_as_seen(entry), _KEEP) for entry in seen]
        with pymongo.timeout(BATCH_SECONDS):
            self._collections[COLLECTION].bulk_write(writes, ordered=False)

    def entries_of_user(self, user_id: str) -> list[Entry]:
        """Return a user's entries."""
        return [_entry(found) for found in self._collections[COLLECTION].find({"user_id": user_id})]

    def replace(self, seen: Entry, entry: Entry) -> bool:
        """Replace an entry; False when it changed meanwhile."""
        result = self._collections[COLLECTION].update_one(_as_seen(seen), {"$set": _members(entry)})
        return result.matched_count == 1

    def keep(self, seen: Entry) -> None:
        """Remove the expiry of an entry, unless it changed meanwhile."""
        self._collections[COLLECTION].update_one(_as_seen(seen), _KEEP)

    def remove(self, seen: Entry) -> None:
        """Remove an entry, unless it changed meanwhile."""
        self._collections[COLLECTION].delete_one(_as_seen(seen))

    def forget_user(self, user_id: str) -> None:
        """Remove a user's entries."""
        self._collections[COLLECTION].delete_many({"user_id": user_id})


def _document(entry: Entry) -> Document:
    return {"_id": entry.key, **_members(entry)}


def _as_seen(seen: Entry) -> Document:
    return {**_document(seen), "held_until": seen.held_until}


def _members(entry: Entry) -> Document:
    members = asdict(entry)
    del members["key"]
    return {name: value for name, value in members.items() if value is not None}


def _entry(found: Document) -> Entry:
    return Entry(
        found["_id"],
        found["user_id"],
        found["name_key"],
        found["claim"],
        found.get("held_until"),
    )
