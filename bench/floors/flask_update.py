"""Flask with the one conditional write that a refresh is, and nothing around it.

The document, its indexes, the filter and the update are those of `authapi.sessions.store`, the
client's options those of `authapi.database`. A token is the session's id and its generation.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta

from flask import abort, request
from pymongo import MongoClient

from bench.floors.bare_flask import bare

_LIFE = timedelta(days=180)
_client: MongoClient[dict[str, object]] = MongoClient(
    os.environ["MONGO_URI"],
    tz_aware=True,
    w="majority",
    journal=True,
    readPreference="primary",
    serverSelectionTimeoutMS=10_000,
    connectTimeoutMS=10_000,
    timeoutMS=10_000,
)
_sessions = _client["bench_floor"]["sessions"]
_sessions.create_index([("expires_at", 1)], expireAfterSeconds=0)
_sessions.create_index([("user_id", 1)])
app = bare(__name__)


@app.get("/healthz")
def alive() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}


@app.post("/authenticate")
def begin() -> dict[str, str]:
    """Begin a session, without a password; not measured."""
    now = datetime.now(UTC).replace(microsecond=0)
    session_id = secrets.token_urlsafe(16)
    _sessions.insert_one(
        {
            "_id": session_id,
            "user_id": secrets.token_hex(12),
            "generation": 0,
            "created_at": now,
            "refreshed_at": now,
            "expires_at": now + _LIFE,
            "address": "10.0.0.1",
            "user_agent": "bench",
            "refresh_key": None,
        }
    )
    return {"status": "ok", "access_token": "none", "refresh_token": f"{session_id}.0"}


@app.post("/refresh")
def refresh() -> dict[str, str]:
    """Spend a generation for the next one."""
    session_id, _, generation = request.get_json()["refresh_token"].rpartition(".")
    now = datetime.now(UTC).replace(microsecond=0)
    following = int(generation) + 1
    result = _sessions.update_one(
        {"_id": session_id, "generation": following - 1, "expires_at": {"$gt": now}},
        {
            "$set": {
                "generation": following,
                "refreshed_at": now,
                "expires_at": now + _LIFE,
                "refresh_key": None,
            }
        },
    )
    if result.modified_count != 1:
        abort(400)
    return {"status": "ok", "refresh_token": f"{session_id}.{following}"}
