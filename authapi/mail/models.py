"""Mails: what is due, to whom it goes, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from authapi.mail.links import CodeClaims, LinkClaims

Fact = str | int | datetime
"""What a template may show: a name, a number, a moment; nothing secret."""
Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in the outbox: what it is about, never its text.

    Attributes:
        id: unique; who adds a mail of an id that is there adds nothing. It is in the Message-ID.
        kind: the name of its `Kind`.
        user_id: whom it concerns, if that is known.
        asked_for: what somebody typed, where the user is looked up only when it is sent.
        to: the address, where the kind takes it from here: of a user who is deleted by then.
        locale: the language that was asked for.
        facts: what the text tells.
        due_at: when it is tried next; None once it is settled.
        made_at: when it was added.
        attempts: how often a sender claimed it.
        valid_until: when its link ends, and with it the attempts; set by the first claim.
        epoch: the user's, when it was first tried.
    """

    id: str
    kind: str
    made_at: datetime
    due_at: datetime | None
    user_id: str | None = None
    asked_for: str | None = None
    to: str | None = None
    locale: str | None = None
    facts: Facts = field(default_factory=dict)
    attempts: int = 0
    valid_until: datetime | None = None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail that shall be sent: to whom, and what it says.

    Attributes:
        to: the address as it is stored, never as it was typed.
        facts: what the text tells; none of them reaches a mail to an unverified address.
        user_id: whose address it is.
        verified: whether the address is known to be the user's (S94).
        link: what its link does, if it has one.
        code: what its code proves, if it has one.
        locale: the user's language, if that is known.
        told_as: the kind whose words it has, where that is another one than the row says: the row
            is in the export of who asked, who may not learn of it.
    """

    to: str
    facts: Facts = field(default_factory=dict)
    user_id: str | None = None
    verified: bool = True
    link: LinkClaims | None = None
    code: CodeClaims | None = None
    locale: str | None = None
    told_as: str | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """A mail that shall not be sent.

    Attributes:
        reason: a fixed word or two, never what somebody typed.
        nobody: whether it concerns nobody at all, so that not even the row is worth keeping.
        user_id: whom it concerned, if that was found out: where it is kept, it is forgotten with
            the user.
    """

    reason: str
    nobody: bool = False
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a mail ended, or what its last attempt met.

    Attributes:
        result: `sent`, `dead`, `void`, or `due` while it is still tried.
        said: the server's last line, or why.
        via: the server.
        at: when.
    """

    result: str
    said: str | None = None
    via: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A mail with what became of it, for who looks after them.

    Attributes:
        mail: the mail.
        settled: how it stands.
        envelope: what was sent, if the sender shows it; links and codes as what they derive from.
    """

    mail: Mail
    settled: Settled
    envelope: Envelope | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits: how many mails, when the first is due, and how many were given up."""

    due: int
    oldest: datetime | None
    dead: int
