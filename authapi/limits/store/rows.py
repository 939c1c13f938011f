"""The limits as MongoDB keeps them: windows, and each account's row of failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from authapi.database import Document
from authapi.limits.rules import FORGOTTEN_AFTER, KNOWN_FOR, Claim, Streak
from authapi.limits.store.windows import COLLECTION, Counter, WindowStorage, hit, pop

KNOWN_PLACES = 20
"""How many places of an account are remembered: those that logged in last."""

_DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored now: the hits of each counter, the newest first, and the account's row."""

    hits: dict[str, tuple[datetime, ...]]
    streak: Streak


class LimitStore(WindowStorage):
    """Windows and rows of failures in MongoDB; several of them are written by one command."""

    def read(self, counters: Sequence[Counter], account_id: str | None = None) -> Standing:
        """Return how things stand, by one read."""
        ids = [counter.id for counter in counters]
        wanted = [*ids, account_id] if account_id else ids
        found = {
            document["_id"]: document
            for document in self._collections[COLLECTION].find({"_id": {"$in": wanted}})
        }
        hits = {name: tuple(found.get(name, {}).get("hits", ())) for name in ids}
        return Standing(hits, _streak(found.get(account_id or "", {})))

    def take(
        self,
        counters: Sequence[Counter],
        now: datetime,
        account_id: str | None = None,
        claim: Claim | None = None,
    ) -> bool:
        """Count a hit in each window, and the claim; all or, when one has no room, nothing.

        One command. False may also mean that somebody else was first: look, and try again.
        """
        writes = [hit(counter, now) for counter in counters]
        if account_id is not None and claim is not None:
            writes.append(_failure(account_id, claim, now))
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
            self._collections[COLLECTION].bulk_write([pop(counter) for counter in counters])

    def note_login(self, account_id: str, place: str, now: datetime, threshold: int) -> None:
        """Note that `place` logged in to the account.

        Args:
            account_id: the account's document.
            place: a fingerprint of where the login came from.
            now: the present moment.
            threshold: failures in a row are over, unless they are as many by then.
        """
        change = _login(place, now, threshold)
        self._collections[COLLECTION].update_one({"_id": account_id}, change, upsert=True)

    def forget(self, account_id: str) -> None:
        """Remove what is stored about an account."""
        self._collections[COLLECTION].delete_one({"_id": account_id})


# What the duplicate-key error means is written at `hits`.


def _failure(account_id: str, claim: Claim, now: datetime) -> UpdateOne:
    condition: dict[str, Any] = {
        "failures": {"$not": {"$gte": claim.below}},
        "failed_at": {"$not": {"$lte": now - FORGOTTEN_AFTER}},
    }
    change: dict[str, Any] = {"$inc": {"failures": 1}, "$set": {"failed_at": now}}
    if claim.seen is not None:
        condition = {"failures": claim.seen.failures, "failed_at": claim.seen.failed_at}
        change = {"$set": {"failures": claim.failures, "failed_at": now}}
    change["$max"] = {"expires_at": now + FORGOTTEN_AFTER}
    return UpdateOne({"_id": account_id, **condition}, change, upsert=True)


def _login(place: str, now: datetime, threshold: int) -> list[Document]:
    others = {"$filter": {"input": {"$ifNull": ["$known", []]}, "cond": {"$ne": ["$$this", place]}}}
    known = {"$slice": [{"$concatArrays": [[place], others]}, KNOWN_PLACES]}
    failures = {"$ifNull": ["$failures", 0]}
    over = [{"$lt": [failures, threshold]}, {"$lte": ["$failed_at", now - FORGOTTEN_AFTER]}]
    row = {"$cond": [{"$or": over}, 0, failures]}
    return [{"$set": {"known": known, "expires_at": now + KNOWN_FOR, "failures": row}}]


def _first_refused(error: BulkWriteError) -> int:
    """Return which write had no room; any other failure is the database's own."""
    failed = error.details.get("writeErrors", [])
    if not failed or failed[0]["code"] != _DUPLICATE_KEY:
        raise error
    index: int = failed[0]["index"]
    return index


def _streak(document: Document) -> Streak:
    return Streak(
        failures=document.get("failures", 0),
        failed_at=document.get("failed_at"),
        known=tuple(document.get("known", ())),
        kept_until=document.get("expires_at"),
    )
