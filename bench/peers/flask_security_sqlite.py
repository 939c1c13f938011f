"""Flask-Security-Too with token authentication and refresh tokens, on SQLAlchemy and SQLite.

Documentation: Flask-Security, "Quick Start: Flask-SQLAlchemy-Lite Application", "Token
Authentication" and the models of `flask_security.models.sqla_v2` (flask-security.readthedocs.io).
Not on MongoDB: its MongoEngine datastore sends regular expressions as BSON values, which the
embedded server does not match, and has no refresh tokens. SQLite is a file in the worker's own
process, so it saves the peer every network round trip; it writes ahead (WAL), which is quicker.
SQL statements: login 3 and a commit, register 2 and a commit, refresh 4 and a commit, protected 1.
Own hash: its default, Argon2id of passlib's cost (64 MiB, 3, 4), after an HMAC.
"""

from __future__ import annotations

import os
import uuid
from typing import Any

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from flask_security import (
    Security,
    SQLAlchemyUserDatastore,
    auth_token_required,
    current_user,
    hash_password,
)
from flask_security.models import sqla_v2 as models
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import delete, event, insert
from sqlalchemy.orm import DeclarativeBase

from bench.peers.options import DATABASE, PASSLIB_ARGON2, SAME_HASH, SECRET, email
from bench.population import PASSWORD, name

app = Flask(__name__)
app.config.update(
    SECRET_KEY=SECRET,
    SQLALCHEMY_ENGINES={"default": f"sqlite:///{os.environ['PEER_FOLDER']}/{DATABASE}.sqlite"},
    SECURITY_PASSWORD_SALT="146585145368132386173505678016728509634",  # noqa: S106 - of a benchmark
    SECURITY_REGISTERABLE=True,
    SECURITY_SEND_REGISTER_EMAIL=False,
    SECURITY_PASSWORD_CONFIRM_REQUIRED=False,
    SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
    SECURITY_REFRESH_TOKEN=True,
    SECURITY_REFRESH_TOKEN_COOKIE_NAME=None,  # in the body, as an API's clients want it
    WTF_CSRF_ENABLED=False,  # its clients send tokens, not cookies
)
if SAME_HASH:
    app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = PASSLIB_ARGON2
database = SQLAlchemy(app)


class Model(DeclarativeBase):
    """What its models derive from."""


models.FsModels.set_db_info(base_model=Model)


class Role(Model, models.FsRoleMixin):
    """A role."""

    __tablename__ = "role"


class User(Model, models.FsUserMixin):
    """A stored user."""

    __tablename__ = "user"


class FsRefreshTracker(Model, models.FsRefreshTrackerMixin):
    """A row of refresh tokens."""

    __tablename__ = "refresh_tracker"


datastore: Any = SQLAlchemyUserDatastore(
    database, User, Role, refresh_tracker_model=FsRefreshTracker
)
security = Security(app, datastore)
with app.app_context():

    @event.listens_for(database.engine, "connect")
    def write_ahead(connection: Any, _record: object) -> None:  # noqa: ANN401 - sqlite3's own
        """Let readers and a writer work at the same time."""
        connection.execute("PRAGMA journal_mode=WAL")

    Model.metadata.create_all(database.engine)


@app.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that the server is up."""
    return jsonify(status="ok")


@app.get("/protected")
@auth_token_required
def protected() -> ResponseReturnValue:
    """Greet the caller."""
    return jsonify(status="ok", message=f"Hello, {current_user.email}!")


def seed(count: int) -> None:
    """Store users."""
    with app.app_context():
        stored = hash_password(PASSWORD)
        database.session.execute(delete(FsRefreshTracker))
        database.session.execute(delete(User))
        database.session.execute(
            insert(User),
            [
                {
                    "email": email(name(number)),
                    "password": stored,
                    "active": True,
                    "fs_uniquifier": uuid.uuid4().hex,
                }
                for number in range(count)
            ],
        )
        database.session.commit()
