"""Overlong input is refused before any hashing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from authapi.passwords.hashing import PasswordHasher
from authapi.settings import Settings
from tests.conftest import services_of
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.apps import served

BUSY = (503, "service_unavailable")


@pytest.fixture
def busy(settings: Settings) -> Iterator[Visitor]:
    """A visitor of a service whose every hashing slot is taken, so that any hash is a 503."""
    made: list[Flask] = []
    with served(
        replace(settings, hash_slots=1, hash_queue_limit=0), prepare=made.append
    ) as visitor:
        visitor.send("GET", "/readyz")
        hasher = services_of(made[0])[PasswordHasher]
        with hasher.admit(""):
            yield visitor


def test_an_overlong_password_is_refused_before_any_hash(busy: Visitor) -> None:
    """S8: 1025 characters get a 422 at once, where 1024 would be hashed."""
    name = fresh_name()
    assert error_code(busy.register(name, "x" * 1024)) == BUSY
    assert error_code(busy.register(name, "x" * 1025)) == (422, "validation_error")


def test_an_overlong_password_at_login_is_refused_before_any_hash(busy: Visitor) -> None:
    """S8: The same holds for `/authenticate`."""
    name = fresh_name()
    assert error_code(busy.authenticate(name, "x" * 1024)) == BUSY
    assert error_code(busy.authenticate(name, "x" * 1025)) == (422, "validation_error")


def test_a_wrong_name_is_refused_before_any_hash(busy: Visitor) -> None:
    """S8: A registration that cannot succeed costs no hash."""
    assert error_code(busy.register("x" * 65)) == (422, "validation_error")


@pytest.mark.parametrize("path", ["/register", "/authenticate", "/refresh", "/logout"])
@pytest.mark.parametrize("size", [32_769, 1_000_000])
def test_a_body_over_the_cap_is_a_413_in_json(visitor: Visitor, path: str, size: int) -> None:
    """S9: One byte too many is enough."""
    body = b'{"username":"' + b"x" * (size - 15) + b'"}'
    assert len(body) == size
    answer = visitor.send("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert error_code(answer) == (413, "body_too_large")


def test_a_body_at_the_cap_is_read(visitor: Visitor) -> None:
    """S9: The maximum itself is allowed."""
    body = b"{}" + b" " * (32_768 - 2)
    answer = visitor.send(
        "POST", "/register", data=body, headers={"Content-Type": "application/json"}
    )
    assert error_code(answer) == (422, "validation_error")
