"""`flask sessions revoke-all`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from flask import Flask

from authapi import create_app
from authapi.database import Collections
from authapi.sessions.store import SessionStore
from authapi.settings import Settings
from authapi.wiring import build_database
from tests.support.actors import Visitor, error_code
from tests.support.apps import served
from tests.support.waiting import until

DEAD = (401, "invalid_token")
OVER = (400, "invalid_refresh_token")


@pytest.fixture
def own(settings: Settings) -> Settings:
    """A service's settings, on a database in which nobody else has sessions."""
    return replace(settings, mongo_database=f"test_{secrets.token_hex(6)}")


@pytest.fixture
def servers(own: Settings) -> Iterator[tuple[Visitor, Visitor]]:
    """Visitors of two servers that share nothing but the database."""
    with ExitStack() as stack:
        yield stack.enter_context(served(own)), stack.enter_context(served(own))


@pytest.fixture
def stored(own: Settings) -> Iterator[Collections]:
    """What is in that database."""
    database = build_database(own)
    yield database
    database.close()


@pytest.fixture
def console(own: Settings) -> Flask:
    """The app that commands are carried out in; it knows of nothing but the database."""
    return create_app(own)


def revoke_all(console: Flask, *flags: str, answer: str = "") -> tuple[int, str]:
    """Type the command; return its exit code and its last line."""
    done = console.test_cli_runner().invoke(args=["sessions", "revoke-all", *flags], input=answer)
    return done.exit_code, done.stdout.strip()


def logs_in_again(visitor: Visitor, name: str) -> bool:
    """Whether a new session of that user lives: one of the same second has ended, too."""
    return visitor.protected(visitor.log_in(name)["access_token"]).status_code == 200


def test_all_sessions_of_all_users_end_at_every_server(
    servers: tuple[Visitor, Visitor], console: Flask, stored: Collections
) -> None:
    """S124: Refreshes fail at once, access tokens within a second; then users log in again."""
    names = [visitor.new_user() for visitor in servers for _ in range(2)]
    pairs = [visitor.log_in(name) for visitor in servers for name in names]
    assert revoke_all(console, "--yes") == (0, "All sessions have ended; removed: 8.")
    for visitor in servers:
        for pair in pairs:
            assert error_code(visitor.refresh(pair["refresh_token"])) == OVER
            assert error_code(visitor.protected(pair["access_token"])) == DEAD
    assert stored["sessions"].count_documents({}) == 0
    until(lambda: logs_in_again(servers[0], names[0]), what="a login is good again")
    assert servers[1].protected(servers[0].log_in(names[1])["access_token"]).status_code == 200


def test_the_first_write_ends_them_all(
    own: Settings,
    servers: tuple[Visitor, Visitor],
    console: Flask,
    stored: Collections,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S124: If the command is killed right after it, no token works."""
    visitor, other = servers
    name = visitor.new_user()
    pair = visitor.log_in(name)
    assert other.protected(pair["access_token"]).status_code == 200
    with monkeypatch.context() as patched:

        def killed(*_: object) -> int:
            raise KeyboardInterrupt

        patched.setattr(SessionStore, "clear_begun_until", killed)
        assert revoke_all(console, "--yes")[0] == 1
    assert stored["sessions"].count_documents({}) == 1
    until(lambda: other.protected(pair["access_token"]).status_code == 401, what="it is known")
    assert error_code(other.refresh(pair["refresh_token"])) == OVER
    assert error_code(visitor.refresh(pair["refresh_token"])) == OVER
    everywhere = {"refresh_token": pair["refresh_token"], "everywhere": True}
    assert error_code(visitor.post("/logout", everywhere)) == OVER
    with served(own) as newcomer:
        assert error_code(newcomer.protected(pair["access_token"])) == DEAD
        assert error_code(newcomer.refresh(pair["refresh_token"])) == OVER
    assert revoke_all(console, "--yes")[1] == "All sessions have ended; removed: 1."


@pytest.mark.parametrize("answer", ["n\n", "", "y\n"])
def test_it_asks_first(servers: tuple[Visitor, Visitor], console: Flask, answer: str) -> None:
    """Without a yes nothing ends."""
    visitor, _ = servers
    pair = visitor.log_in()
    code, _ = revoke_all(console, answer=answer)
    assert code == (0 if answer == "y\n" else 1)
    status = visitor.refresh(pair["refresh_token"]).status_code
    assert status == (400 if answer == "y\n" else 200)


def test_it_is_an_event(servers: tuple[Visitor, Visitor], console: Flask) -> None:
    """S75: The event belongs to no user."""
    revoke_all(console, "--yes")
    tail = console.test_cli_runner().invoke(args=["audit", "tail"]).stdout
    assert "everybody" in tail
