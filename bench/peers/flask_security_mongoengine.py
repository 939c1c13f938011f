"""Flask-Security-Too with token authentication and refresh tokens, on MongoEngine.

Documentation: Flask-Security, "Quick Start: MongoEngine Application", "Token Authentication" and
"Models" (flask-security.readthedocs.io). E-mail addresses are compared as they are written: without
regard to case it asks by regular expressions, which the embedded server does not match.
Database round trips: login 4 to 6, register 2, refresh 3, protected 1.
Own hash: its default, Argon2id of passlib's cost (64 MiB, 3, 4), after an HMAC.
"""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

import mongoengine
from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from flask_security import (
    MongoEngineUserDatastore,
    RoleMixin,
    Security,
    UserMixin,
    auth_token_required,
    current_user,
    hash_password,
    uia_email_mapper,
)
from flask_security.datastore import RefreshTrackerMixin
from mongoengine.fields import (
    BooleanField,
    DateTimeField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
)

from bench.peers.options import DATABASE, MONGO_URI, PASSLIB_ARGON2, SAME_HASH, SECRET, email
from bench.population import PASSWORD, name

app = Flask(__name__)
app.config.update(
    SECRET_KEY=SECRET,
    SECURITY_PASSWORD_SALT="146585145368132386173505678016728509634",  # noqa: S106 - of a benchmark
    SECURITY_REGISTERABLE=True,
    SECURITY_SEND_REGISTER_EMAIL=False,
    SECURITY_PASSWORD_CONFIRM_REQUIRED=False,
    SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
    SECURITY_USER_IDENTITY_ATTRIBUTES=[
        {"email": {"mapper": uia_email_mapper, "case_insensitive": False}}
    ],
    SECURITY_REFRESH_TOKEN=True,
    SECURITY_REFRESH_TOKEN_COOKIE_NAME=None,  # in the body, as an API's clients want it
    WTF_CSRF_ENABLED=False,  # its clients send tokens, not cookies
)
if SAME_HASH:
    app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = PASSLIB_ARGON2
# Of an address that names a database only that name counts.
database = mongoengine.connect(host=urlsplit(MONGO_URI)._replace(path=f"/{DATABASE}").geturl())


class Role(mongoengine.Document, RoleMixin):
    """A role."""

    name = StringField(max_length=80, unique=True)
    permissions = ListField(required=False)


class User(mongoengine.Document, UserMixin):
    """A stored user."""

    email = StringField(max_length=255, unique=True)
    password = StringField(max_length=255)
    active = BooleanField(default=True)
    fs_uniquifier = StringField(max_length=64, unique=True)
    confirmed_at = DateTimeField()
    roles = ListField(ReferenceField(Role), default=[])
    refresh_trackers = ListField(ReferenceField("RefreshTracker"), default=[])


class RefreshTracker(mongoengine.Document, RefreshTrackerMixin):
    """A family of refresh tokens, of which the latest is good."""

    user = ReferenceField(User)
    name = StringField()
    gen = IntField()
    refresh_family = StringField(max_length=64, unique=True)
    create_datetime = DateTimeField()
    last_used_at = DateTimeField()
    expires_at = DateTimeField()
    revoked_at = DateTimeField()


security = Security(app, MongoEngineUserDatastore(database, User, Role, None, RefreshTracker))


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
    RefreshTracker.objects().delete()
    User.objects().delete()
    users = [
        User(email=email(name(number)), password=stored, fs_uniquifier=uuid.uuid4().hex)
        for number in range(count)
    ]
    User.objects().insert(users)
