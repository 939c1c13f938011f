"""For the tests of an app with the service: users without passwords, and a clock that moves.

`authapi.pytest_plugin` has them as fixtures. What is here is the real service: users and sessions
are stored, and tokens are signed and verified. But there is no proof: no password is hashed, no
limit read, no session counted, and no event recorded.
"""

import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from authapi.accounts.models import User, new_user_id
from authapi.accounts.roles import UserRoles
from authapi.accounts.rules import display_name, name_key
from authapi.accounts.service import AccountService
from authapi.audit.service import AuditTrail
from authapi.core.client import Client
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.identity import AAL1, AAL2, CODE, PASSWORD
from authapi.core.roles import Roles, problems
from authapi.core.secrets import Secret
from authapi.database import Database
from authapi.sessions.opening import SessionOpening
from authapi.settings import DEVELOPMENT, Settings
from authapi.tokens.models import TokenPair
from authapi.tokens.service import TokenService
from authapi.web.services import service, services_of
from authapi.wiring import build_database

CHEAP_HASH_KIB = 64
"""Memory for a password hash under test, in KiB: tests that register users do not wait."""

_CLIENT = Client("127.0.0.1", "authapi.testing")


class MovedClock:
    """A clock that shows the real time plus what it was moved by."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def move(self, **duration: float) -> None:
        """Go forward (or, with negative numbers, back) by a `timedelta` of these arguments."""
        self._offset += timedelta(**duration)

    def reset(self) -> None:
        """Go back to the real time."""
        self._offset = timedelta(0)


def settings_in(folder: Path, mongo_uri: str | None = None) -> Settings:
    """Return the settings of a service under test; `dataclasses.replace` changes some.

    Args:
        folder: where the embedded database keeps its data.
        mongo_uri: a MongoDB server in its place, where a database of a new name is used.
    """
    return Settings(
        environment=DEVELOPMENT,
        jwt_secret=Secret(secrets.token_urlsafe(48)),
        mongo_uri=Secret(mongo_uri) if mongo_uri else None,
        mongo_database=f"test_{secrets.token_hex(8)}",
        mongo_timeout_ms=60_000,  # a busy machine is slow
        argon2_memory_kib=CHEAP_HASH_KIB,
        limits="off",
        mail_sweep="off",  # no thread outlives the database
        instance=folder,
    )


def log_in(
    app: Flask,
    username: str | None = None,
    *,
    roles: str | Collection[str] = (),
    second_factor: bool = False,
) -> TokenPair:
    """Begin a session of a user, and return its tokens.

    It takes two database commands, and a third with a username.

    Args:
        app: an app with the service.
        username: whose; the user is created if need be. Without it, a new user.
        roles: the user's roles from now on: one, or several.
        second_factor: whether the login counts as one by two factors.

    Raises:
        ValueError: for an invalid role.
        ApiError: `invalid_credentials` for a user who is disabled.
    """
    proven = ((PASSWORD, CODE), AAL2) if second_factor else ((PASSWORD,), AAL1)
    with app.app_context():
        user = _user(username, frozenset([roles] if isinstance(roles, str) else roles))
        if user.disabled:
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        opening = service(SessionOpening)
        opened = opening.open(opening.draft(user, *proven), _CLIENT)
        return service(TokenService).issue_pair(opened.claims, opened.prepared)


def client_of(
    app: Flask,
    username: str | None = None,
    *,
    roles: str | Collection[str] = (),
    second_factor: bool = False,
) -> FlaskClient:
    """Return a client whose requests carry the access token of `log_in`."""
    tokens = log_in(app, username, roles=roles, second_factor=second_factor)
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens.access_token}"
    return client


def close(app: Flask) -> None:
    """Store pending events, and close the database's connections."""
    services = services_of(app)
    services[AuditTrail].flush()
    services[Database].close()


def drop_database(settings: Settings) -> None:
    """Remove the database of a service under test."""
    database = build_database(settings)
    users = database["users"]
    users.database.client.drop_database(users.database.name)
    database.close()


def _user(username: str | None, roles: frozenset[str]) -> User:
    if wrong := problems(roles):
        raise ValueError(" ".join(wrong))
    accounts = service(AccountService)
    user = accounts.find_user(username) if username else None
    if user is None:
        name = display_name(username or f"user-{secrets.token_hex(6)}")
        wanted = Roles(tuple(sorted(roles)))
        user = User(new_user_id(), name, name_key(name), None, datetime.now(UTC), roles=wanted)
        accounts.add_many([user])
    if roles == set(user.roles.names):
        return user
    taken = set(user.roles.names) - roles
    return service(UserRoles).change(user.id, roles, taken, now=bool(taken), reason="test")
