"""Notices: what a user must be told, stored by the same write as the change (S96)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from authapi.mail.models import Facts


@dataclass(frozen=True, slots=True)
class Notice:
    """What a user must be told, stored in the user's document by the write of the change.

    Attributes:
        id: unique; it becomes the mail's.
        kind: the name of a `Kind`.
        at: when it happened.
        to: the address to tell; None: the user's verified one at the time of sending.
        facts: dates, device, place; nothing secret.
    """

    kind: str
    at: datetime
    to: str | None = None
    facts: Facts = field(default_factory=dict)
    id: str = field(default_factory=lambda: secrets.token_hex(12))

    def document(self) -> dict[str, object]:
        """Return the notice as a member of `users.notices`."""
        found: dict[str, object] = {"id": self.id, "kind": self.kind, "at": self.at}
        if self.to is not None:
            found["to"] = self.to
        return {**found, "facts": dict(self.facts)}

    @classmethod
    def of(cls, found: Mapping[str, object]) -> Notice:
        """Return the notice that a member of `users.notices` holds."""
        return cls(**found)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Notified:
    """A user with notices that are due; it has both keys, so that a write asks one shard."""

    user_id: str
    name_key: str
    notices: Sequence[Notice]
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a notice's mail needs to know of a living user."""

    user_id: str
    username: str
    email: str | None
    email_key: str | None
    epoch: int
    locale: str | None = None


class NoticeSource(Protocol):
    """Reads notices, and the users that they are for; the users' store is one."""

    def due(self, before: datetime, limit: int) -> Sequence[Notified]:
        """Return at most `limit` users with notices from before that moment."""
        ...

    def pull(self, user: Notified) -> None:
        """Remove these notices from that user's document, by their ids."""
        ...

    def recipient(self, user_id: str) -> Recipient | None:
        """Return the living user of that id, with the verified address if there is one."""
        ...
