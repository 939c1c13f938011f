"""The costs of requests in `docs/scaling.md`, counted on the running service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import bson
import pytest
import requests

from authapi.database import Collections
from authapi.settings import Settings
from authapi.wiring import build_database
from tests.scaling.tables import documented_commands, numbers
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.apps import served
from tests.support.commands import Commands

TIMES = 5
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
DATABASE = "test_scaling"


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What the services made from now on send to the database."""
    return Commands(DATABASE)


@pytest.fixture(scope="module")
def defaults(settings: Settings) -> Settings:
    """The defaults of production, on a database of our own."""
    return Settings(
        jwt_secret=settings.jwt_secret,
        mongo_uri=settings.mongo_uri,
        mongo_database=f"{DATABASE}_{settings.mongo_database}",
        mongo_timeout_ms=settings.mongo_timeout_ms,
        password_blocklist="off",
        trusted_proxies=1,
        instance=settings.instance,
    )


@pytest.fixture(scope="module")
def visitor(commands: Commands, defaults: Settings) -> Iterator[Visitor]:
    """Someone with a browser."""
    with served(defaults) as visitor:
        visitor._http.headers.update({"User-Agent": BROWSER, "X-Forwarded-For": "203.0.113.7"})
        yield visitor


@pytest.fixture(scope="module")
def stored(defaults: Settings) -> Iterator[Collections]:
    """What is in that service's database."""
    database = build_database(replace(defaults))
    yield database
    database.close()


def requests_of(visitor: Visitor) -> dict[str, Callable[[], requests.Response]]:
    """Return a repeatable function for each request of the table."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    living = [visitor.log_in(name)["refresh_token"] for _ in range(TIMES)]

    password = {"password": PASSWORD}

    def refresh() -> requests.Response:
        answer = visitor.refresh(tokens["refresh_token"])
        tokens.update(answer.json())
        return answer

    return {
        "POST /register": lambda: visitor.register(fresh_name()),
        "POST /authenticate": lambda: visitor.authenticate(name),
        "POST /authenticate, wrong password": lambda: visitor.authenticate(name, "no password"),
        "POST /reauthenticate": lambda: visitor.post("/reauthenticate", password, bearer),
        "POST /refresh": refresh,
        "GET /protected": lambda: visitor.send("GET", "/protected", headers=bearer),
        "GET /verify": lambda: visitor.send("GET", "/verify", headers=bearer),
        "GET /sessions": lambda: visitor.send("GET", "/sessions", headers=bearer),
        "GET /me": lambda: visitor.send("GET", "/me", headers=bearer),
        "POST /logout": lambda: visitor.log_out(living.pop()),
    }


def without_news(seen: list[str]) -> tuple[str, ...]:
    """Return commands without those that a process sends every half second."""
    if "find revocations" not in seen:
        return tuple(seen)
    begin = seen.index("find revocations")
    assert seen[begin : begin + 2] == ["find revocations", "find users"]
    return tuple(seen[:begin] + seen[begin + 2 :])


def test_each_request_costs_the_commands_that_the_table_says(
    commands: Commands, visitor: Visitor
) -> None:
    """Only commands of the request itself are counted."""
    counted = {}
    for request, do in requests_of(visitor).items():
        seen: Counter[tuple[str, ...]] = Counter()
        for _ in range(TIMES):
            commands.since_last()
            assert do().ok is ("wrong" not in request), request
            seen[without_news(commands.since_last())] += 1
        counted[request] = list(seen.most_common(1)[0][0])
    assert counted == documented_commands()


def test_each_document_has_the_size_that_the_table_says(
    visitor: Visitor, stored: Collections
) -> None:
    """It may differ by a twentieth."""
    name = visitor.new_user()
    visitor.authenticate(name, "no password")
    tokens = visitor.log_in(name)
    fresh = visitor.refresh(tokens["refresh_token"]).json()
    bearer = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert visitor.send("GET", "/me/activity", headers=bearer).status_code == 200  # stores it
    user = only(stored, "users", {"name_key": name})
    mine = {"user_id": user["_id"]}
    found = {
        "a user": user,
        "a session": only(stored, "sessions", mine),
        "an account's networks and failures (`limits`)": only(
            stored, "limits", {"known": {"$gt": ""}, "failures": 0}
        ),
        "an event (`audit_events`)": only(
            stored, "audit_events", {**mine, "event": "login_succeeded"}
        ),
        "the refreshes of a session in one hour (`audit_events`)": only(
            stored, "audit_events", {**mine, "event": "token_refreshed"}
        ),
    }
    assert visitor.log_out(fresh["refresh_token"]).status_code == 200
    found["a revocation"] = only(stored, "revocations", {})
    sizes = {name: len(bson.encode(document)) for name, document in found.items()}
    assert sizes == pytest.approx(numbers("document"), rel=0.05)


def only(stored: Collections, collection: str, query: dict[str, Any]) -> dict[str, Any]:
    """Return a document, which has to be there."""
    document = stored[collection].find_one(query)
    assert document is not None, (collection, query)
    return document
