"""Flask-JWT-Extended with users in MongoDB and a blocklist.

Documentation: Flask-JWT-Extended, "Basic Usage", "Refreshing Tokens" and "JWT Revoking / Blocklist"
(flask-jwt-extended.readthedocs.io): each token is looked up in the blocklist, a refresh gives a new
access token, and the refresh token stays what it is. Passwords by werkzeug, as Flask's tutorial.
Database round trips: login 1, register 1, refresh 1, protected 1. Own hash: werkzeug's scrypt.
"""

from __future__ import annotations

from typing import Any

from argon2 import PasswordHasher
from flask import Flask, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_jwt_identity,
    jwt_required,
)
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError
from werkzeug.security import check_password_hash, generate_password_hash

from bench.peers.options import ARGON2, DATABASE, MONGO_URI, SAME_HASH, SECRET
from bench.population import PASSWORD, name

argon2 = PasswordHasher(**ARGON2)
database = MongoClient[dict[str, Any]](MONGO_URI)[DATABASE]
database.users.create_index("username", unique=True)
database.blocklist.create_index("jti", unique=True)
app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = SECRET
jwt = JWTManager(app)


def hashed(password: str) -> str:
    """Return a new hash."""
    return argon2.hash(password) if SAME_HASH else generate_password_hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether the password is the one behind `stored`."""
    return argon2.verify(stored, password) if SAME_HASH else check_password_hash(stored, password)


@jwt.token_in_blocklist_loader
def is_revoked(_header: dict[str, Any], payload: dict[str, Any]) -> bool:
    """Whether a token was revoked."""
    return database.blocklist.find_one({"jti": payload["jti"]}) is not None


@app.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that the server is up."""
    return jsonify(status="ok")


@app.post("/register")
def register() -> ResponseReturnValue:
    """Store a user."""
    user = {"username": request.json["username"], "password": hashed(request.json["password"])}
    try:
        database.users.insert_one(user)
    except DuplicateKeyError:
        abort(400)
    return jsonify(status="ok", message="User registered successfully.")


@app.post("/login")
def login() -> ResponseReturnValue:
    """Check the password and give two tokens."""
    username = request.json.get("username")
    user = database.users.find_one({"username": username})
    if user is None or not matches(user["password"], request.json.get("password")):
        return jsonify({"msg": "Bad username or password"}), 401
    access, refresh = create_access_token(username), create_refresh_token(username)
    return jsonify(access_token=access, refresh_token=refresh)


@app.post("/refresh")
@jwt_required(refresh=True)
def refresh_access() -> ResponseReturnValue:
    """Give a new access token."""
    return jsonify(access_token=create_access_token(identity=get_jwt_identity()))


@app.get("/protected")
@jwt_required()
def protected() -> ResponseReturnValue:
    """Greet the caller."""
    return jsonify(status="ok", message=f"Hello, {get_jwt_identity()}!")


def seed(count: int) -> None:
    """Store users."""
    stored = hashed(PASSWORD)
    database.users.delete_many({})
    database.users.insert_many(
        [{"username": name(number), "password": stored} for number in range(count)]
    )
