"""Flask with one Argon2id verification, or one hash, of the service's cost, and nothing else."""

from __future__ import annotations

from argon2 import PasswordHasher
from flask import request

from bench.floors.bare_flask import bare
from bench.population import PASSWORD

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_stored = _hasher.hash(PASSWORD)
app = bare(__name__)


@app.get("/healthz")
def alive() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}


@app.post("/authenticate")
def verify() -> dict[str, str]:
    """Check the password in the body."""
    _hasher.verify(_stored, request.get_json()["password"])
    return {"status": "ok"}


@app.post("/register")
def hash_it() -> dict[str, str]:
    """Hash the password in the body."""
    _hasher.hash(request.get_json()["password"])
    return {"status": "ok"}
