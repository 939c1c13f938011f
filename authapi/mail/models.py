"""Mails: what is due, to whom it goes, and what became of it."""

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
        id: unique, part of the Message-ID; to add a mail of an id that is there changes nothing.
        kind: the name of its `Kind`.
        user_id: whom it concerns, if that is known.
        asked_for: the name that somebody typed; the user is looked up when it is sent.
        to: the address, where it is not looked up: the former one, or that of a deleted user.
        locale: the language that was asked for.
        facts: what the text shows.
        due_at: when it is tried next; None once it is settled.
        made_at: when it was added.
        attempts: how often a sender claimed it.
        valid_until: when its link ends and it is given up; set by the first claim.
        epoch: the user's at the first attempt.
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
        facts: what the text shows; a mail to an unverified address shows none of them.
        user_id: whose address it is.
        verified: whether the address is known to be the user's (S94).
        link: what its link is derived from, if it has one.
        code: what its code is derived from, if it has one.
        locale: the user's language, if that is known.
        stranger: the network of who asked for it, where the account does not know that; its mails
            are counted apart from the owner's (S95).
        told_as: the kind whose text it has, where that is not the stored one: the stored one is
            in the export of the user who asked, and would give the secret away.
    """

    to: str
    facts: Facts = field(default_factory=dict)
    user_id: str | None = None
    verified: bool = True
    link: LinkClaims | None = None
    code: CodeClaims | None = None
    locale: str | None = None
    stranger: str | None = None
    told_as: str | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """A mail that shall not be sent.

    Attributes:
        reason: a fixed word or two, never what somebody typed.
        nobody: whether it concerns no user, so that its document is not kept.
        user_id: whom it concerned, if that is known; its document is removed with the user.
    """

    reason: str
    nobody: bool = False
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """How a mail ended, or what its last attempt met.

    Attributes:
        result: `sent`, `dead`, `void`, or `due` while it is still tried.
        said: the server's last reply, or the reason.
        via: the server.
        at: when.
    """

    result: str
    said: str | None = None
    via: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A mail with what became of it, for the operator.

    Attributes:
        mail: the mail.
        settled: its result so far.
        envelope: what was sent, on a development server; with claims in place of link and code.
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
