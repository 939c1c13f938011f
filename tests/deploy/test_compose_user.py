"""The database user that `compose.yaml` makes, on a server with access control."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from authapi.core.secrets import Secret
from authapi.settings import Settings
from tests.cli.operators import flask
from tests.deploy import composed
from tests.support.actors import PASSWORD, Visitor
from tests.support.apps import served
from tests.support.tools import leave_out


@pytest.fixture
def own_uri(mongo_uri: str) -> Iterator[str]:
    """A database's address for its own user, made by root as the script says."""
    server = urlsplit(mongo_uri)
    if server.username is None:
        leave_out("not tested: this database server asks nobody for a password")
    name = f"compose_{secrets.token_hex(6)}"
    made = composed.user_made()
    with MongoClient[dict[str, Any]](mongo_uri) as root:
        root[name].command("createUser", made["user"], pwd=made["pwd"], roles=made["roles"])
        host = server.netloc.rpartition("@")[2]
        yield f"mongodb://{made['user']}:{made['pwd']}@{host}/{name}?authSource={name}"
        root[name].command("dropUser", made["user"])
        root.drop_database(name)


def test_it_may_all_that_the_service_does(own_uri: str, settings: Settings) -> None:
    """It can make indexes, use accounts and run the operator's commands."""
    with served(replace(settings, mongo_uri=Secret(own_uri), mongo_database=None)) as visitor:
        assert visitor.send("GET", "/readyz").json()["status"] == "ok"
        live(visitor)
    for command in (["db", "ensure-indexes"], ["users", "list"], ["audit", "tail"]):
        done = flask(*command, environment=operators(own_uri, settings))
        assert done.returncode == 0, done.stderr


def live(visitor: Visitor) -> None:
    """Use every endpoint of an account."""
    tokens = visitor.log_in(visitor.new_user())
    tokens = visitor.refresh(tokens["refresh_token"]).json()
    signed = {"headers": {"Authorization": f"Bearer {tokens['access_token']}"}}
    for path in ("/protected", "/sessions", "/me/export", "/me/activity"):
        assert visitor.send("GET", path, **signed).status_code == 200, path
    new = {"current_password": PASSWORD, "new_password": f"{PASSWORD} again"}
    fresh = visitor.send("POST", "/password", json=new, **signed).json()
    signed = {"headers": {"Authorization": f"Bearer {fresh['access_token']}"}}
    gone = {"password": new["new_password"]}
    assert visitor.send("DELETE", "/me", json=gone, **signed).status_code == 200


def operators(uri: str, settings: Settings) -> dict[str, str]:
    """Return the environment of commands on the database at `uri`."""
    assert settings.jwt_secret is not None
    return {
        "MONGO_URI": uri,
        "JWT_SECRET": settings.jwt_secret.reveal(),
        "AUTHAPI_ENV": "production",
        "AUTHAPI_INSTANCE": str(settings.instance),
    }


def test_it_may_nothing_else(own_uri: str) -> None:
    """It cannot use other databases, other users or the server itself."""
    with MongoClient[dict[str, Any]](own_uri) as client:
        own = client.get_default_database()
        for refused in (
            lambda: client["other"]["things"].insert_one({}),
            lambda: client["admin"].command("usersInfo", 1),
            lambda: own.command("createUser", "another", pwd=PASSWORD, roles=["readWrite"]),
            client.list_database_names,
        ):
            with pytest.raises(OperationFailure, match="not authorized"):
                refused()
