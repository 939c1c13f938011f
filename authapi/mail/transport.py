"""What takes a message away, and how that may end."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is on its way."""

    via: str
    said: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be taken: the address or the message is at fault."""

    via: str
    said: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """It may be taken later."""

    said: str


class Transport(Protocol):
    """Takes messages away."""

    def available(self) -> bool:
        """Whether it is worth trying now."""
        ...

    def deliver(self, message: EmailMessage) -> Accepted | Refused | NotNow:
        """Hand a message over; whatever goes wrong on the way is an answer."""
        ...
