"""What delivers messages, and with which results."""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took it."""

    via: str
    said: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will never take it: the address or the message is at fault."""

    via: str
    said: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """A server may take it later."""

    said: str


class Transport(Protocol):
    """Delivers messages: by SMTP, or into the mailbox."""

    def available(self) -> bool:
        """Whether it is worth trying now."""
        ...

    def deliver(self, message: EmailMessage) -> Accepted | Refused | NotNow:
        """Hand a message over; failures are results, not exceptions."""
        ...
