"""A reset beside concurrent logins, refreshes and logouts (S86)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from authapi import create_app
from authapi.accounts.service import AccountService
from authapi.database import Database
from authapi.recovery.service import Recovery
from authapi.settings import Settings
from tests.conftest import services_of
from tests.recovery.conftest import PUBLIC_URL
from tests.support.actors import PASSWORD, Visitor
from tests.support.crowd import at_once
from tests.support.servers import workers
from tests.support.waiting import until

ROUNDS = 200


@pytest.fixture
def two_processes(environment: dict[str, str]) -> Iterator[Visitor]:
    """A service of two worker processes, and who asks it."""
    told = {
        **environment,
        "PUBLIC_URL": PUBLIC_URL,
        "LIMITS": "off",
        "PASSWORD_HASH_QUEUE_LIMIT": "1000",
    }
    with workers(told, processes=2) as server:
        visitor = Visitor(server.base_url)
        yield visitor
        visitor.close()


@pytest.fixture
def operator(settings: Settings) -> Iterator[Flask]:
    """A third process's app, on the same database: it hands out links."""
    app = create_app(replace(settings, public_url=PUBLIC_URL))
    yield app
    services_of(app)[Database].close()


def link(operator: Flask, name: str) -> str:
    """Return the token of a new link to a new password."""
    user = services_of(operator)[AccountService].find_user(name)
    assert user is not None
    address, _ = services_of(operator)[Recovery].operators_link(user)
    return address.partition("#")[2]


def as_somebody(url: str, request: Callable[[Visitor], object]) -> Callable[[], object]:
    """Return a function that sends its request over a connection of its own."""

    def run() -> object:
        visitor = Visitor(url)
        try:
            return request(visitor)
        finally:
            visitor.close()

    return run


def test_no_session_on_the_old_password_outlives_a_reset(
    two_processes: Visitor, operator: Flask
) -> None:
    """S86: No session that is opened or used meanwhile works afterwards."""
    visitor = two_processes
    name, password = visitor.new_user(), PASSWORD
    dead: list[str] = []
    for number in range(ROUNDS):
        tokens = [visitor.authenticate(name, password).json() for _ in range(2)]
        following = f"{PASSWORD} {number}"
        outcomes = at_once(
            [
                as_somebody(visitor.base_url, request)
                for request in concurrent_requests(
                    link(operator, name), following, name, password, tokens
                )
            ]
        )
        assert outcomes[0] == 200
        pairs = [made for made in outcomes if isinstance(made, dict) and "refresh_token" in made]
        for pair in [*tokens, *pairs]:
            assert visitor.refresh(pair["refresh_token"]).status_code == 400
            dead.append(pair["access_token"])
        assert visitor.authenticate(name, password).status_code == 401
        password = following
    until(lambda: all(visitor.protected(token).status_code == 401 for token in dead[-5:]))
    assert {visitor.protected(token).status_code for token in dead} == {401}
    assert left_alive(operator, name) == 0
    assert visitor.authenticate(name, password).status_code == 200


def concurrent_requests(
    link: str, following: str, name: str, password: str, tokens: list[dict[str, str]]
) -> list[Callable[[Visitor], object]]:
    """Return concurrent requests: a reset, two logins, a refresh and a logout."""

    def log_in(visitor: Visitor) -> object:
        return visitor.authenticate(name, password).json()

    return [
        lambda visitor: (
            visitor.post("/password/reset", {"token": link, "new_password": following}).status_code
        ),
        log_in,
        log_in,
        lambda visitor: visitor.refresh(tokens[0]["refresh_token"]).json(),
        lambda visitor: visitor.log_out(tokens[1]["refresh_token"]).status_code,
    ]


def left_alive(operator: Flask, name: str) -> int:
    """Return how many sessions of a user have not ended."""
    database = services_of(operator)[Database]
    user = database["users"].find_one({"name_key": name})
    assert user is not None
    return database["sessions"].count_documents(
        {"user_id": user["_id"], "epoch": {"$gte": user["epoch"]}}
    )
