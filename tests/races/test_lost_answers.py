"""The service answered, but the client did not receive it."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from authapi.database import Collections
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.clock import MovedClock
from tests.support.waiting import until


def send_and_hang_up(base_url: str, path: str, body: dict[str, str], key: str) -> None:
    """POST, and close the connection before a byte of the answer is read."""
    payload = json.dumps(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {key}\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    port = urlsplit(base_url).port
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall((head + payload).encode())
        connection.shutdown(socket.SHUT_WR)


@pytest.fixture
def key() -> str:
    """A key that a client stored before it sent."""
    return secrets.token_urlsafe(24)


@pytest.fixture
def lost(
    visitor: Visitor,
    collections: Collections,
    new_session: Callable[[], tuple[str, str]],
    key: str,
) -> str:
    """A refresh token that was spent with `key`; its owner never saw the successor."""
    session, token = new_session()
    send_and_hang_up(visitor.base_url, "/refresh", {"refresh_token": token}, key)
    until(lambda: collections["sessions"].find_one({"_id": session, "generation": 1}))
    return token


def test_a_lost_refresh_is_repeated_with_its_key(visitor: Visitor, lost: str, key: str) -> None:
    """S54: The client gets the same new tokens."""
    answer = visitor.refresh(lost, key)
    assert answer.status_code == 200
    assert visitor.refresh(answer.json()["refresh_token"]).status_code == 200


def test_a_lost_refresh_is_repeated_twice(visitor: Visitor, lost: str, key: str) -> None:
    """S54: The same tokens are given as long as they are unused."""
    first, second = visitor.refresh(lost, key).json(), visitor.refresh(lost, key).json()
    assert first["refresh_token"] == second["refresh_token"]


def test_a_late_repeat_gets_the_same_successor(
    visitor: Visitor, clock: MovedClock, lost: str, key: str
) -> None:
    """S53: A repeat a day later works as well."""
    at_once = visitor.refresh(lost, key).json()["refresh_token"]
    clock.move(days=1)
    assert visitor.refresh(lost, key).json()["refresh_token"] == at_once


@pytest.mark.parametrize("thiefs_key", [None, "a-key-that-the-thief-made-up"])
def test_a_thief_ends_the_session(
    visitor: Visitor, lost: str, key: str, thiefs_key: str | None
) -> None:
    """S54: A repeat without the key is a replay."""
    assert error_code(visitor.refresh(lost, thiefs_key)) == (400, "invalid_refresh_token")
    assert error_code(visitor.refresh(lost, key)) == (400, "invalid_refresh_token")


def test_a_used_successor_is_not_given_again(visitor: Visitor, lost: str, key: str) -> None:
    """S51: Once it was used, a repeat is a replay."""
    successor = visitor.refresh(lost, key).json()["refresh_token"]
    newest = visitor.refresh(successor).json()["refresh_token"]
    assert error_code(visitor.refresh(lost, key)) == (400, "invalid_refresh_token")
    assert error_code(visitor.refresh(newest)) == (400, "invalid_refresh_token")


def test_a_lost_registration_is_repeated_with_its_key(
    visitor: Visitor, collections: Collections, key: str
) -> None:
    """Without the key the name is taken."""
    name = fresh_name()
    send_and_hang_up(visitor.base_url, "/register", {"username": name, "password": PASSWORD}, key)
    until(lambda: collections["users"].find_one({"name_key": name}))
    assert visitor.register(name, key=key).status_code == 200
    assert error_code(visitor.register(name)) == (400, "user_exists")
    assert error_code(visitor.register(name, "another password", key)) == (400, "user_exists")
