"""Default accounts and secrets, and fields that would give privileges."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from authapi.core.secret_files import load_or_create_secret
from authapi.database import Collections
from authapi.settings import Settings
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.apps import served
from tests.support.forging import payload_of

EXTRA = {
    "_id": "0", "id": "0", "uid": "0", "sub": "admin", "role": "admin", "roles": ["admin"],
    "is_admin": True, "admin": True, "scope": "all", "verified": True, "name_key": "admin",
    "password_hash": "x", "created_at": "2000-01-01", "registration_key": "x", "$set": {"a": 1},
    "__proto__": {"admin": True}, "expires_in": 9999999, "exp": 9999999999,
}  # fmt: skip


_OWN = dict.fromkeys(["_id", "username", "name_key", "password_hash", "created_at"])


def test_extra_fields_change_no_user(visitor: Visitor, collections: Collections) -> None:
    """S15: The stored user is the same with and without extra fields."""
    plain, greedy = visitor.new_user(), fresh_name()
    answer = visitor.post("/register", {**EXTRA, "username": greedy, "password": PASSWORD})
    assert answer.status_code == 200
    one = collections["users"].find_one({"name_key": plain})
    other = collections["users"].find_one({"name_key": greedy})
    assert one is not None
    assert other is not None
    assert one.keys() == other.keys()
    assert {**other, **_OWN} == {**one, **_OWN}


def test_extra_fields_change_no_token(visitor: Visitor) -> None:
    """S15: Extra fields at login or refresh do not change the tokens."""
    name = visitor.new_user()
    plain = visitor.log_in(name)
    body = {**EXTRA, "username": name, "password": PASSWORD}
    greedy = visitor.post("/authenticate", body).json()
    greedier = visitor.post("/refresh", {**EXTRA, "refresh_token": greedy["refresh_token"]}).json()
    for tokens in (greedy, greedier):
        claims = payload_of(tokens["access_token"])
        assert claims.keys() == payload_of(plain["access_token"]).keys()
        assert claims["sub"] == name
        assert tokens["expires_in"] == claims["exp"] - claims["iat"] == 900


@pytest.mark.parametrize("environment", ["production", "development"])
def test_there_is_no_default_account(settings: Settings, environment: str) -> None:
    """S18: No usual name and password logs in to a new service."""
    database = f"test_{secrets.token_hex(6)}"
    names = ("admin", "root", "user", "user1", "test", "newuser", "guest")
    with served(replace(settings, environment=environment, mongo_database=database)) as visitor:
        for name in names:
            for password in (name, "password123", "securepassword"):
                assert visitor.authenticate(name, password).status_code == 401


def test_there_is_no_default_secret(settings: Settings) -> None:
    """S18: two development servers make two secrets, each of 48 random bytes."""
    folder = settings.instance / secrets.token_hex(4)
    made = {load_or_create_secret(folder / name).reveal() for name in ("one", "two", "one")}
    assert len(made) == 2
    assert all(len(secret) == 64 for secret in made)
