"""What an attacker can do with a copy of the database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from authapi.database import Collections
from tests.attacks.forger import Forger
from tests.support.actors import Visitor, fresh_name
from tests.support.forging import payload_of

PASSWORD = "the password of the victim"
KEY = "the-key-of-the-victims-client"


class Victim:
    """A user with a living session, and everything the database says about both."""

    def __init__(self, visitor: Visitor, collections: Collections) -> None:
        self.name = fresh_name()
        visitor.register(self.name, PASSWORD, KEY)
        self.first = visitor.log_in(self.name, PASSWORD)
        self.tokens = visitor.refresh(self.first["refresh_token"], KEY).json()
        uid = payload_of(self.tokens["access_token"])["uid"]
        documents = [
            collections["users"].find_one({"_id": uid}),
            collections["sessions"].find_one({"user_id": uid}),
        ]
        assert all(documents)
        self.copy = json.dumps(documents, default=str)
        self.values = sorted(set(_values(json.loads(self.copy))))


def _values(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _values(inner)
    elif value is not None:
        yield str(value)


@pytest.fixture
def victim(visitor: Visitor, collections: Collections) -> Victim:
    return Victim(visitor, collections)


def test_no_token_password_or_key_is_stored(victim: Victim) -> None:
    """S57: None is stored, whole or in part."""
    for pair in (victim.first, victim.tokens):
        for kind in ("access_token", "refresh_token"):
            assert not [part for part in pair[kind].split(".") if part in victim.copy]
    assert PASSWORD not in victim.copy
    assert KEY not in victim.copy


def test_no_stored_value_is_a_token(visitor: Visitor, victim: Victim) -> None:
    """S57: No stored value opens the resource or refreshes."""
    assert len(victim.values) >= 10
    for value in victim.values:
        assert visitor.protected(value).status_code == 401
        assert visitor.refresh(value).status_code in {400, 422}


def test_no_stored_value_logs_in(visitor: Visitor, victim: Victim) -> None:
    """S57: No stored value, such as a hash, works as a password."""
    for value in victim.values:
        assert visitor.authenticate(victim.name, value).status_code == 401


def test_no_stored_value_signs_a_token(visitor: Visitor, victim: Victim) -> None:
    """S57: No stored value is a signing key."""
    forger = Forger(victim.tokens)
    for value in victim.values:
        for key in {value.encode(), bytes.fromhex(value) if _is_hex(value) else b"x"}:
            assert visitor.protected(forger.access(key=key)).status_code == 401
            assert visitor.refresh(forger.refresh(key=key)).status_code == 400


def test_no_stored_value_is_an_idempotency_key(visitor: Visitor, victim: Victim) -> None:
    """S57: An old refresh token cannot be repeated with a stored value as its key."""
    stored = [value for value in victim.values if 16 <= len(value) <= 128 and " " not in value]
    assert stored
    answer = visitor.refresh(victim.first["refresh_token"], stored[0])
    assert answer.status_code == 400


def test_equal_keys_leave_no_equal_traces(
    visitor: Visitor, collections: Collections, victim: Victim
) -> None:
    """S57: Fingerprints of one key differ between users and sessions."""
    other = Victim(visitor, collections)
    one, two = json.loads(victim.copy), json.loads(other.copy)
    assert one[0]["registration_key"] != two[0]["registration_key"]
    assert one[1]["refresh_key"] != two[1]["refresh_key"]


def _is_hex(value: str) -> bool:
    return len(value) % 2 == 0 and all(char in "0123456789abcdef" for char in value)
