"""Flask with the least that a login with a session can be: find, verify, insert.

The users are those of the service, in the same database; no limits, no audit trail, no tokens.
"""

from __future__ import annotations

from argon2 import PasswordHasher
from flask import abort, request

from bench.floors.bare_flask import bare
from bench.floors.sessions import begin, client

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_users = client["authapi"]["users"]
app = bare(__name__)


@app.get("/healthz")
def alive() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}


@app.post("/authenticate")
def log_in() -> dict[str, str]:
    """Check the password of a user, and begin a session."""
    credentials = request.get_json()
    user = _users.find_one({"name_key": credentials["username"]})
    if user is None:
        abort(401)
    _hasher.verify(str(user["password_hash"]), credentials["password"])
    return {"status": "ok", "access_token": "none", "refresh_token": begin(user["_id"])}
