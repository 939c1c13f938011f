"""A user of the service."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from authapi.core.roles import NO_ROLES, Roles

EVERYWHERE = "everywhere"
"""What ended a user's sessions: the user, by a logout everywhere."""


@dataclass(frozen=True, slots=True)
class Email:
    """An address: `text` as it is shown and mailed, `key` the form that is unique."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class PendingEmail:
    """An address that was given and is not confirmed: it is no way into the account (S90).

    Attributes:
        email: as it is shown and mailed.
        email_key: the form that is unique.
        nonce: random; the mailed code is derived from it, so that a new request voids it (S92).
        asked_at: when.
    """

    email: str
    email_key: str
    nonce: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class EmailUndo:
    """An address that was changed or removed, and may be brought back by whoever reads its mail.

    Attributes:
        id: random; the mailed link is bound to it, not to an epoch: whoever took the account over
            could raise that.
        email: the former address.
        until: when that ends.
    """

    id: str
    email: str
    until: datetime


def new_user_id() -> str:
    """Return a permanent id: 96 random bits, in hex."""
    return secrets.token_hex(12)


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
        sessions: a count, never below the number of the user's living sessions.
        ended_by: `EVERYWHERE` where a logout everywhere began the present epoch.
        email: the confirmed address, if there is one.
        email_key: the unique form of it.
        email_verified_at: when it was confirmed.
        email_nonce: of the request by which it was confirmed.
        pending_email: an address that waits to be confirmed.
        email_undo: the former address, as long as it may be brought back.
        locale: the language that mails are written in, such as `de` or `de-AT`.
        roles: what the user may do.
        revoked_roles: taken away at once: access tokens with one of them are refused.
        second_factor: whether a login asks for more than the password.
        factors: what `authapi.factors` keeps about the user's factors, as stored.
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
    ended_by: str | None = None
    email: str | None = None
    email_key: str | None = None
    email_verified_at: datetime | None = None
    email_nonce: str | None = None
    pending_email: PendingEmail | None = None
    email_undo: EmailUndo | None = None
    locale: str | None = None
    roles: Roles = NO_ROLES
    revoked_roles: tuple[str, ...] = ()
    second_factor: bool = False
    factors: Mapping[str, Any] = field(default_factory=dict)

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
    """A user whose sessions were ended, or got other roles, where something may be left to do.

    Attributes:
        id: the user's id.
        name_key: the unique form of the name.
        epoch: sessions of earlier epochs are void.
        deleted: whether nothing of the user may stay.
        roles: what sessions of living epochs are to have.
    """

    id: str
    name_key: str
    epoch: int
    deleted: bool
    roles: Roles = NO_ROLES


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


class ForeignUsers(Protocol):
    """Where the documents of another program are, and the users."""

    def all(self) -> Iterable[ForeignUser]:
        """Return the other program's documents, in the order of their ids."""
        ...

    def holder(self, name_key: str) -> User | None:
        """Return the user who has that name, or None; None for a deleted user's name."""
        ...

    def replace(self, foreign: ForeignUser, user: User) -> bool:
        """Replace a document, which is kept elsewhere; False when the name is taken."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """What a user is told by mail, where there is mail and an address.

    Attributes:
        kind: the name of a `mail.kinds.Kind`.
        to: the address, where that is not the one that is confirmed at that moment.
        left: how many recovery codes are left, in a mail about that.
        pending: the address that is to be confirmed, where it asks for that.
    """

    kind: str
    to: str | None = None
    left: int | None = None
    pending: PendingEmail | None = None

    @classmethod
    def confirming(cls, pending: PendingEmail) -> "Message":
        """Return the mail with the code and the link that confirm an address."""
        return cls("verify", pending=pending)


@dataclass(frozen=True, slots=True)
class Change:
    """What one write changes of a user.

    Attributes:
        set: members, and what they are then.
        unset: members that go.
        tell: what the user is told of it.
    """

    set: Mapping[str, Any] = field(default_factory=dict)
    unset: Collection[str] = ()
    tell: Sequence[Message] = ()
