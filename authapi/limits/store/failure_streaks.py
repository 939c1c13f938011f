"""Each account's failures in a row, and the networks it is known from, in MongoDB."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymongo import UpdateOne

from authapi.database import Document
from authapi.limits.backoff import FORGOTTEN_AFTER
from authapi.limits.streaks import KNOWN_FOR, Stranger, Streak, StreakUpdate, Tier

KNOWN_NETWORKS = 20
"""How many networks of an account are remembered: those that logged in last."""


def failure(account_id: str, update: StreakUpdate) -> UpdateOne:
    """Return the conditional update that counts a failure; a duplicate-key error is the refusal."""
    condition: dict[str, Any] = {"failures": {"$not": {"$gte": update.below}}}
    change: dict[str, Any] = {
        "$inc": {"failures": 1},
        "$set": {"failed_at": update.at},
        "$unset": {"tiers": "", "strangers": ""},
    }
    if update.seen is not None:
        condition = {"failures": update.seen.failures, "failed_at": update.seen.failed_at}
        change = {"$set": _document_of(update)}
    change["$max"] = {"expires_at": update.at + update.kept_for}
    return UpdateOne({"_id": account_id, **condition}, change, upsert=True)


def login(network: str, now: datetime, threshold: int) -> list[Document]:
    """Return the change that makes `network` known, and ends fewer failures than `threshold`."""
    is_other = {"$ne": ["$$this", network]}
    others = {"$filter": {"input": {"$ifNull": ["$known", []]}, "cond": is_other}}
    known = {"$slice": [{"$concatArrays": [[network], others]}, KNOWN_NETWORKS]}
    failures = {"$ifNull": ["$failures", 0]}
    over = [{"$lt": [failures, threshold]}, {"$lte": ["$failed_at", now - FORGOTTEN_AFTER]}]
    left = {"$cond": [{"$or": over}, 0, failures]}
    return [{"$set": {"known": known, "expires_at": now + KNOWN_FOR, "failures": left}}]


def streak_of(document: Document) -> Streak:
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
