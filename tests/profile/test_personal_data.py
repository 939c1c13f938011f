"""Data about a user is exported, and removed with the user (S134)."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from authapi.accounts.service import AccountService
from authapi.audit.service import AuditTrail
from authapi.core.services import Services
from authapi.database import Collections, Database
from authapi.profile.schemas import ExportSchema
from authapi.profile.sweep import Sweep
from authapi.settings import DEVELOPMENT, Settings
from authapi.wiring import build
from authapi.wiring.rooms import collections_of
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor
from tests.support.clock import MovedClock


@pytest.fixture
def everything(settings: Settings) -> Settings:
    """Settings that switch all rooms on."""
    return replace(settings, environment=DEVELOPMENT)


@pytest.fixture
def services(app: Flask) -> Services:
    """The objects of the service."""
    return services_of(app)


def busy_user(visitor: Visitor, agent: str) -> tuple[str, dict[str, str]]:
    """Use everything that stores data; return the name and a session's tokens."""
    name = visitor.new_user()
    headers = {"User-Agent": agent}
    visitor.post("/authenticate", {"username": name, "password": "a wrong one"}, headers)
    body = {"username": name, "password": PASSWORD}
    ended = visitor.post("/authenticate", body, headers).json()
    visitor.log_out(ended["refresh_token"])
    tokens: dict[str, str] = visitor.post("/authenticate", body, headers).json()
    return name, visitor.refresh(tokens["refresh_token"]).json()


def holding(database: Database, *needles: str) -> set[str]:
    """Return the collections in which any of these texts stands."""
    names = database.names_of_collections()
    return {
        name
        for name in names
        for document in database[name].find()
        if any(needle in json.dumps(document, default=str) for needle in needles)
    }


def test_every_collection_is_somebodys_or_says_why_it_is_nobodys(
    everything: Settings, clock: MovedClock
) -> None:
    """S134: Personal data is exported and erased by its room."""
    parts = build(everything, clock).personal_data
    looked_after = {name for part in parts for name in part.collections}
    for collection in collections_of(everything):
        assert (collection.name in looked_after) != bool(collection.nothing_personal)


def test_nothing_is_stored_in_a_collection_that_nobody_declared(
    visitor: Visitor, everything: Settings, services: Services
) -> None:
    """S134: Every collection in the database is declared."""
    busy_user(visitor, "an agent")
    services[AuditTrail].flush()
    declared = {each.name for each in collections_of(everything)}
    assert set(services[Database].names_of_collections()) <= declared


def test_nothing_personal_is_left_after_a_deletion(
    visitor: Visitor, services: Services, clock: MovedClock, collections: Collections
) -> None:
    """S134: At first only the reserved name is left, and later not even that."""
    agent = f"agent-{secrets.token_hex(8)}"
    name, tokens = busy_user(visitor, agent)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    user_id = visitor.send("GET", "/me", headers=headers).json()["user_id"]
    exported = visitor.send("GET", "/me/export", headers=headers).json()
    assert {"user", "sessions", "failed_logins", "events"} <= exported.keys()
    assert exported.keys() <= ExportSchema().fields.keys()
    assert agent in json.dumps(exported)
    deletion = visitor.send("DELETE", "/me", json={"password": PASSWORD}, headers=headers)
    assert deletion.status_code == 200
    services[AuditTrail].flush()
    database = services[Database]
    assert holding(database, agent, user_id, name) == {"users"}
    left = collections["users"].find_one({"name_key": name})
    assert left is not None
    assert left.keys() == {"_id", "name_key", "epoch", "ended_at", "deleted"}
    clock.move(minutes=17)
    while services[AccountService].ended_before(clock() - timedelta(minutes=16), 1):
        services[Sweep].run_once()
    assert holding(database, agent, user_id, name) == set()
    assert visitor.register(name).status_code == 200
