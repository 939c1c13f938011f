"""Flask with the one conditional write that a refresh is, and nothing around it.

The document, its indexes, the filter and the update are those of `authapi.sessions.store`, the
client's options those of `authapi.database`. A token is the session's id and its generation.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from flask import abort, request

from bench.floors.bare_flask import bare
from bench.floors.sessions import LIFE, begin, sessions, token

app = bare(__name__)


@app.get("/healthz")
def alive() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}


@app.post("/authenticate")
def log_in() -> dict[str, str]:
    """Begin a session, without a password; not measured."""
    first = begin(secrets.token_hex(12))
    return {"status": "ok", "access_token": "none", "refresh_token": first}


@app.post("/refresh")
def refresh() -> dict[str, str]:
    """Spend a generation for the next one."""
    _, session_id, generation = request.get_json()["refresh_token"].split(".")
    now = datetime.now(UTC).replace(microsecond=0)
    following = int(generation) + 1
    result = sessions.update_one(
        {"_id": session_id, "generation": following - 1, "expires_at": {"$gt": now}},
        {
            "$set": {
                "generation": following,
                "refreshed_at": now,
                "expires_at": now + LIFE,
                "refresh_key": None,
            }
        },
    )
    if result.modified_count != 1:
        abort(400)
    return {"status": "ok", "refresh_token": token(session_id, following)}
