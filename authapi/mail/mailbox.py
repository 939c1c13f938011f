"""The mailbox of a development server: mails are kept to be looked at, and go nowhere."""

from collections.abc import Callable
from email.message import EmailMessage

from authapi.mail.transport import Accepted

VIA = "mailbox"


class Mailbox:
    """Accepts every mail, and prints a line with its link."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def available(self) -> bool:
        """Whether it takes mails: always."""
        return True

    def deliver(self, message: EmailMessage) -> Accepted:
        """Take a message."""
        text = message.get_body(("plain",))
        lines = text.get_content().splitlines() if text is not None else []
        link = next((line for line in lines if line.startswith(("http://", "https://"))), "")
        self._say(f"mail to {message['To']}: {message['Subject']} {link}".rstrip())
        return Accepted(VIA, "kept")
