"""The limits in MongoDB, shared by all processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from authapi.core.clock import MAX_CLOCK_SKEW
from authapi.database import DUPLICATE_KEY, Collections, Document, Index, StoredCollection
from authapi.limits.backoff import FORGOTTEN_AFTER, KNOWN_FOR, Stranger, Streak, StreakUpdate, Tier
from authapi.limits.rules import Rate

COLLECTION = "limits"
INDEXES = (Index(COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}),)
COLLECTIONS = (StoredCollection(COLLECTION, INDEXES),)

KNOWN_NETWORKS = 20
"""How many networks of an account are remembered: those that logged in last."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A moving window: its document's id, and its rate."""

    id: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class LimitState:
    """What is stored now: the hits of each counter, the newest first, and the account's streak."""

    hits: dict[str, tuple[datetime, ...]]
    streak: Streak


class LimitStore:
    """Moving windows and failure streaks, a document each; every write names its `_id`."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def read(self, counters: Sequence[Counter], account_id: str | None = None) -> LimitState:
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
        hits = {name: tuple(found.get(name, {}).get("hits", ())) for name in ids}
        return LimitState(hits, _streak_of(found.get(account_id or "", {})))

    def count_all_or_nothing(
        self,
        counters: Sequence[Counter],
        now: datetime,
        account_id: str | None = None,
        update: StreakUpdate | None = None,
    ) -> bool:
        """Count a hit in each window and a failure in the streak, by one command: all or nothing.

        Args:
            counters: moving windows.
            now: the present moment.
            account_id: the document of the account's failures in a row.
            update: the change of that document.

        Returns:
            Whether all were counted. False: a window is full, or the streak was changed meanwhile:
            read again to see which.
        """
        writes = [_hit(counter, now) for counter in counters]
        if account_id is not None and update is not None:
            writes.append(_failure(account_id, update))
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
            # The newest may be another request's; their times differ by less than a request takes.
            newest: Document = {"$pop": {"hits": -1}}
            writes = [UpdateOne({"_id": counter.id}, newest) for counter in counters]
            self._collections[COLLECTION].bulk_write(writes)

    def note_login(self, account_id: str, network: str, now: datetime, threshold: int) -> None:
        """Note that `network` logged in to the account.

        Args:
            account_id: the account's document.
            network: a fingerprint of where the login came from.
            now: the present moment.
            threshold: fewer failures in a row than this end with the login.
        """
        change = _login(network, now, threshold)
        self._collections[COLLECTION].update_one({"_id": account_id}, change, upsert=True)

    def forget(self, account_ids: Sequence[str]) -> None:
        """Remove what is stored about an account, under any of these ids."""
        self._collections[COLLECTION].delete_many({"_id": {"$in": list(account_ids)}})


def _first_refused(error: BulkWriteError) -> int:
    """Return the position of the write that was refused; raise any other failure."""
    failed = error.details.get("writeErrors", [])
    if not failed or failed[0]["code"] != DUPLICATE_KEY:
        raise error
    index: int = failed[0]["index"]
    return index


def _hit(counter: Counter, now: datetime) -> UpdateOne:
    """Return the conditional update that counts one hit, if there is room for it.

    When the document is there but does not match, the upsert tries to insert a second one of its
    `_id`: the duplicate-key error is the refusal. `$nor` would be plainer, but scans the collection
    on the embedded server (220 ms with 20,000 documents).
    """
    begin, end = now - counter.rate.window, now + MAX_CLOCK_SKEW
    decisive = f"hits.{counter.rate.count - 1}"
    condition = {"_id": counter.id, decisive: {"$not": {"$gt": begin, "$lte": end}}}
    recent = {"$and": [{"$gt": ["$$this", begin]}, {"$lte": ["$$this", end]}]}
    in_window = {"$filter": {"input": {"$ifNull": ["$hits", []]}, "cond": recent}}
    kept = {"$slice": [{"$concatArrays": [[now], in_window]}, counter.rate.count]}
    change: list[Document] = [{"$set": {"hits": kept, "expires_at": now + counter.rate.window}}]
    return UpdateOne(condition, change, upsert=True)


def _failure(account_id: str, update: StreakUpdate) -> UpdateOne:
    """Return the conditional update that counts a failure; a duplicate-key error is the refusal."""
    condition: Document = {"failures": {"$not": {"$gte": update.below}}}
    change: Document = {
        "$inc": {"failures": 1},
        "$set": {"failed_at": update.at},
        "$unset": {"tiers": "", "strangers": ""},
    }
    if update.seen is not None:
        condition = {"failures": update.seen.failures, "failed_at": update.seen.failed_at}
        change = {"$set": _document_of(update)}
    change["$max"] = {"expires_at": update.at + update.kept_for}
    return UpdateOne({"_id": account_id, **condition}, change, upsert=True)


def _login(network: str, now: datetime, threshold: int) -> list[Document]:
    """Return the change that makes `network` known, and ends fewer failures than `threshold`."""
    is_other = {"$ne": ["$$this", network]}
    others = {"$filter": {"input": {"$ifNull": ["$known", []]}, "cond": is_other}}
    known = {"$slice": [{"$concatArrays": [[network], others]}, KNOWN_NETWORKS]}
    failures = {"$ifNull": ["$failures", 0]}
    over = [{"$lt": [failures, threshold]}, {"$lte": ["$failed_at", now - FORGOTTEN_AFTER]}]
    left = {"$cond": [{"$or": over}, 0, failures]}
    return [{"$set": {"known": known, "expires_at": now + KNOWN_FOR, "failures": left}}]


def _streak_of(document: Document) -> Streak:
    """Return the streak that a document holds."""
    return Streak(
        failures=document.get("failures", 0),
        failed_at=document.get("failed_at"),
        known=tuple(document.get("known", ())),
        kept_until=document.get("expires_at"),
        tiers=tuple(Tier(tier["failures"], tier["at"]) for tier in document.get("tiers", ())),
        strangers=tuple(
            Stranger(one["id"], one["failures"], one["at"]) for one in document.get("strangers", ())
        ),
    )


def _document_of(update: StreakUpdate) -> Document:
    return {
        "failures": update.failures,
        "failed_at": update.at,
        "tiers": [{"failures": tier.failures, "at": tier.failed_at} for tier in update.tiers],
        "strangers": [
            {"id": one.id, "failures": one.failures, "at": one.failed_at}
            for one in update.strangers
        ],
    }
