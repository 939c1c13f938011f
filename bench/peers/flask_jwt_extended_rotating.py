"""Flask-JWT-Extended whose refresh tokens are good for one use.

Its documentation revokes a token by putting its `jti` on the blocklist, "JWT Revoking / Blocklist"
(flask-jwt-extended.readthedocs.io). Here a refresh revokes the token that it was asked with, and
gives a new one too; the blocklist's unique index decides between two uses at once.
Database round trips: refresh 2. All else is `bench.peers.flask_jwt_extended`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, jsonify
from flask.typing import ResponseReturnValue
from flask_jwt_extended import (
    create_access_token,
    create_refresh_token,
    get_jwt,
    get_jwt_identity,
    jwt_required,
)
from pymongo.errors import DuplicateKeyError

from bench.peers.flask_jwt_extended import app, database, seed

__all__ = ["app", "seed"]


@app.post("/rotate")
@jwt_required(refresh=True)
def rotate() -> ResponseReturnValue:
    """Spend a refresh token for two new tokens."""
    try:
        database.blocklist.insert_one({"jti": get_jwt()["jti"], "created_at": datetime.now(UTC)})
    except DuplicateKeyError:
        abort(401)
    identity = get_jwt_identity()
    access, refresh = create_access_token(identity), create_refresh_token(identity)
    return jsonify(access_token=access, refresh_token=refresh)
