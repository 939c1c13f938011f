"""Moving windows in MongoDB, as a storage of the `limits` library.

The library's own MongoDB storage was tried and is as fast (1 ms with 20,000 documents), but it
tells the time by itself, opens a client of its own, and cannot give a hit back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

from limits.storage import MovingWindowSupport, Storage
from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError

from authapi.core.clock import Clock
from authapi.database import Collections, Index
from authapi.limits.rules import CLOCK_SKEW, Rate

COLLECTION = "limits"
INDEXES = (Index(COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}),)


@dataclass(frozen=True, slots=True)
class Counter:
    """The window of one client, one account or both: its document's id, and its rate."""

    id: str
    rate: Rate


class WindowStorage(Storage, MovingWindowSupport):
    """What the library's `MovingWindowRateLimiter` counts in; every write names one `_id`.

    Args:
        collections: where the windows are, a document each.
        clock: what tells the time.
    """

    STORAGE_SCHEME = None

    def __init__(self, collections: Collections, clock: Clock) -> None:
        super().__init__()
        self._collections = collections
        self._clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the database raises; it is passed on as it is, and so is a 503."""
        return PyMongoError

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count hits by one conditional write: all, or none when there is no room.

        False may also mean that somebody else made the window's first hit: look, and try again.

        Args:
            key: the window's id.
            limit: how many hits it has room for.
            expiry: its length in seconds.
            amount: how many hits to count.
        """
        if amount > limit:
            return False
        counter = Counter(key, Rate(limit, timedelta(seconds=expiry)))
        condition, change = hits(counter, self._clock(), amount)
        try:
            self._collections[COLLECTION].update_one(condition, change, upsert=True)
        except DuplicateKeyError:
            return False
        return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest of the latest hits was, in seconds since 1970, and their number.

        Args:
            key: the window's id.
            limit: how many hits count at the most.
            expiry: the window's length in seconds.
        """
        now = self._clock()
        found = self._collections[COLLECTION].find_one({"_id": key}) or {}
        begin, end = now - timedelta(seconds=expiry), now + CLOCK_SKEW
        recent = [hit for hit in found.get("hits", [])[:limit] if begin < hit <= end]
        return min(recent, default=now).timestamp(), len(recent)

    def check(self) -> bool:
        """Whether the windows can be read."""
        self._collections[COLLECTION].find_one({"_id": ""})
        return True

    def clear(self, key: str) -> None:
        """Forget a window's hits."""
        self._collections[COLLECTION].delete_one({"_id": key})

    def reset(self) -> int | None:
        """Refuse: rows of failures are kept here, too."""
        return _moving_windows_only()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Refuse: this is for fixed windows."""
        return _moving_windows_only()

    def get(self, key: str) -> int:
        """Refuse: this is for fixed windows."""
        return _moving_windows_only()

    def get_expiry(self, key: str) -> float:
        """Refuse: this is for fixed windows."""
        return _moving_windows_only()


def hits(
    counter: Counter, now: datetime, amount: int = 1
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the condition and the change that count hits, for an upsert.

    A document that is there but does not match makes the upsert insert a second one of its `_id`:
    the duplicate-key error is the refusal. `$nor` would say the same in words, but scans the
    collection on the embedded server (220 ms with 20,000 documents).
    """
    begin, end = now - counter.rate.window, now + CLOCK_SKEW
    recent = {"$and": [{"$gt": ["$$this", begin]}, {"$lte": ["$$this", end]}]}
    in_window = {"$filter": {"input": {"$ifNull": ["$hits", []]}, "cond": recent}}
    kept = {"$slice": [{"$concatArrays": [[now] * amount, in_window]}, counter.rate.count]}
    decisive = f"hits.{counter.rate.count - amount}"
    condition = {"_id": counter.id, decisive: {"$not": {"$gt": begin, "$lte": end}}}
    return condition, [{"$set": {"hits": kept, "expires_at": now + counter.rate.window}}]


def hit(counter: Counter, now: datetime) -> UpdateOne:
    """Return the write that counts one hit."""
    condition, change = hits(counter, now)
    return UpdateOne(condition, change, upsert=True)


def pop(counter: Counter) -> UpdateOne:
    """Return the write that takes a hit back: the newest stands for any.

    They differ by less than a request lasts.
    """
    return UpdateOne({"_id": counter.id}, {"$pop": {"hits": -1}})


def _moving_windows_only() -> NoReturn:
    raise NotImplementedError("moving windows only")
