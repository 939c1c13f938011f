"""What the floors that store sessions share: the service's documents, indexes and options."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta

from pymongo import MongoClient

from bench.population import REFRESH_LENGTH

LIFE = timedelta(days=180)

client: MongoClient[dict[str, object]] = MongoClient(
    os.environ["MONGO_URI"],
    tz_aware=True,
    w="majority",
    journal=True,
    readPreference="primary",
    serverSelectionTimeoutMS=10_000,
    connectTimeoutMS=10_000,
    timeoutMS=10_000,
)
sessions = client["bench_floor"]["sessions"]
sessions.create_index([("expires_at", 1)], expireAfterSeconds=0)
sessions.create_index([("user_id", 1)])


def begin(user_id: object) -> str:
    """Store a session of a user, and return its first token."""
    now = datetime.now(UTC).replace(microsecond=0)
    session_id = secrets.token_urlsafe(16)
    sessions.insert_one(
        {
            "_id": session_id,
            "user_id": user_id,
            "generation": 0,
            "created_at": now,
            "refreshed_at": now,
            "expires_at": now + LIFE,
            "address": "10.0.0.1",
            "user_agent": "bench",
            "refresh_key": None,
        }
    )
    return token(session_id, 0)


def token(session_id: str, generation: int) -> str:
    """Return a refresh token: as long as the service's, so that as many bytes are read."""
    return f".{session_id}.{generation}".rjust(REFRESH_LENGTH, "x")
