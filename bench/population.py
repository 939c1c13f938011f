"""The users of a seeded database, computed from their numbers, without reading the database."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from authapi.accounts.models import User
from authapi.database import Document

PASSWORD = "correct horse battery"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ACCESS_LENGTH, REFRESH_LENGTH = 424, 335
"""The lengths of the service's tokens: floors get as many bytes, which they ignore."""

_SESSION_LIFE = timedelta(days=180)


def name(number: int) -> str:
    """Return the name of a user; numbers begin with 0."""
    return f"user{number:07d}"


def address(number: int) -> str:
    """Return the address of a user, which is always the same."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def users(numbers: Sequence[int], password_hash: str) -> list[User]:
    """Return the users of these numbers, all with the same password."""
    now = datetime.now(UTC)
    return [User(_id(number), name(number), name(number), password_hash, now) for number in numbers]


def sessions(numbers: Sequence[int]) -> list[Document]:
    """Return one session for each of them, as `authapi.sessions.store` keeps it."""
    now = datetime.now(UTC).replace(microsecond=0)
    return [
        {
            "_id": base64.urlsafe_b64encode(_digest("session", number, 16)).rstrip(b"=").decode(),
            "user_id": _id(number),
            "generation": 0,
            "created_at": now,
            "refreshed_at": now,
            "expires_at": now + _SESSION_LIFE,
            "address": address(number),
            "user_agent": AGENT,
            "refresh_key": None,
        }
        for number in numbers
    ]


def _id(number: int) -> str:
    return _digest("user", number, 12).hex()


def _digest(kind: str, number: int, size: int) -> bytes:
    """Return bytes that look random, as real ids do: the same ones for the same number."""
    return hashlib.blake2b(f"{kind} {number}".encode(), digest_size=size).digest()
