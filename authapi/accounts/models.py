"""A user of the service."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class User:
    """A stored user.

    Attributes:
        id: the permanent id, random.
        username: the name as typed at registration.
        name_key: the form of it that is unique.
        password_hash: as `PasswordHasher` makes and reads it; None where the user has no password.
        created_at: when, aware, UTC.
        registration_key: a fingerprint of the request's Idempotency-Key, if it had one.
        epoch: counts what ended all sessions; tokens and sessions of earlier epochs are void.
        disabled: whether the user may not log in.
        sessions: at least as many as the user's living sessions.
    """

    id: str
    username: str
    name_key: str
    password_hash: str | None
    created_at: datetime
    registration_key: str | None = None
    epoch: int = 0
    disabled: bool = False
    sessions: int = 0

    @property
    def hash_method(self) -> str | None:
        """The name of the method that the password is hashed with, if there is one."""
        if self.password_hash is None:
            return None
        if self.password_hash.startswith("$2"):
            return "bcrypt"
        return self.password_hash.lstrip("$").split("$")[0].split(":")[0]


@dataclass(frozen=True, slots=True)
class EndedUser:
    """A user all of whose sessions were ended, where something may be left to clear away.

    Attributes:
        id: the user's id.
        name_key: the unique form of the name.
        epoch: sessions of earlier epochs are void.
        deleted: whether nothing of the user may stay.
    """

    id: str
    name_key: str
    epoch: int
    deleted: bool


ORIGINALS = "users_before_adoption"
"""The collection that keeps each adopted document as it was."""


@dataclass(frozen=True, slots=True)
class ForeignUser:
    """A document of another program among the users.

    Attributes:
        document: as it is stored.
        members: the same, as `mongoexport` writes it.
    """

    document: dict[str, Any]
    members: dict[str, Any]

    @property
    def label(self) -> str:
        """The document's id, for messages."""
        return str(self.document["_id"])
