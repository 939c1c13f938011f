"""The limits in MongoDB, shared by all processes: read, take all or nothing, give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo.errors import BulkWriteError

from authapi.database import DUPLICATE_KEY, Collections, StoredCollection
from authapi.limits.store.failure_streaks import KNOWN_NETWORKS, failure, login, streak_of
from authapi.limits.store.moving_window import (
    COLLECTION,
    INDEXES,
    Counter,
    give_back,
    hit,
    hits_of,
)
from authapi.limits.streaks import Streak, StreakUpdate

__all__ = [
    "COLLECTION",
    "COLLECTIONS",
    "INDEXES",
    "KNOWN_NETWORKS",
    "Counter",
    "LimitStore",
    "Standing",
]

COLLECTIONS = (StoredCollection(COLLECTION, INDEXES),)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored now: the hits of each counter, the newest first, and the account's streak."""

    hits: dict[str, tuple[datetime, ...]]
    streak: Streak


class LimitStore:
    """Moving windows and failure streaks, a document each; every write names its `_id`."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def read(self, counters: Sequence[Counter], account_id: str | None = None) -> Standing:
        """Return what the counters and the account's document hold, by one read.

        Args:
            counters: moving windows.
            account_id: the document of the account's failures in a row, if it is wanted.
        """
        ids = [counter.id for counter in counters]
        wanted = [*ids, account_id] if account_id else ids
        found = {
            document["_id"]: document
            for document in self._collections[COLLECTION].find({"_id": {"$in": wanted}}).to_list()
        }
        hits = {name: hits_of(found.get(name, {})) for name in ids}
        return Standing(hits, streak_of(found.get(account_id or "", {})))

    def count_all_or_nothing(
        self,
        counters: Sequence[Counter],
        now: datetime,
        account_id: str | None = None,
        update: StreakUpdate | None = None,
    ) -> bool:
        """Count a hit in each window, and a failure; all or, when one has no room, nothing.

        Args:
            counters: moving windows.
            now: the present moment.
            account_id: the document of the account's failures in a row.
            update: what the failure makes of it.

        Returns:
            Whether all were counted, by one command. False may also mean that somebody else was
            first: read, and try again.
        """
        writes = [hit(counter, now) for counter in counters]
        if account_id is not None and update is not None:
            writes.append(failure(account_id, update))
        try:
            self._collections[COLLECTION].bulk_write(writes, ordered=True)
        except BulkWriteError as error:
            refused = _first_refused(error)
            self.give_back(counters[:refused])
            return False
        return True

    def give_back(self, counters: Sequence[Counter]) -> None:
        """Take one hit out of each window again."""
        if counters:
            self._collections[COLLECTION].bulk_write([give_back(counter) for counter in counters])

    def note_login(self, account_id: str, network: str, now: datetime, threshold: int) -> None:
        """Note that `network` logged in to the account.

        Args:
            account_id: the account's document.
            network: a fingerprint of where the login came from.
            now: the present moment.
            threshold: failures in a row are over, unless they are as many by then.
        """
        change = login(network, now, threshold)
        self._collections[COLLECTION].update_one({"_id": account_id}, change, upsert=True)

    def forget(self, account_ids: Sequence[str]) -> None:
        """Remove what is stored about an account, under any of these ids."""
        self._collections[COLLECTION].delete_many({"_id": {"$in": list(account_ids)}})


def _first_refused(error: BulkWriteError) -> int:
    """Return which write had no room; any other failure is the database's own."""
    failed = error.details.get("writeErrors", [])
    if not failed or failed[0]["code"] != DUPLICATE_KEY:
        raise error
    index: int = failed[0]["index"]
    return index
