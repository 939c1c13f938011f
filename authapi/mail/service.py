"""The mail service, for the rooms that send mails and for the operator."""

from collections import Counter
from datetime import timedelta
from typing import Any

from authapi.core.clock import Clock
from authapi.core.cursors import Cursor
from authapi.core.services import Subject
from authapi.mail.kinds import TEST, Kind
from authapi.mail.message import Writer, Written
from authapi.mail.models import Backlog, Envelope, Mail, Record
from authapi.mail.rules import NOTICE_DELAY
from authapi.mail.sender import Sender
from authapi.mail.serializers import describe_own
from authapi.mail.store import COLLECTION, MailStore
from authapi.mail.transport import Accepted, NotNow, Refused, Transport
from authapi.mail.worker import Worker

AGAIN_FOR = timedelta(days=1)
"""How long a mail is tried again after `flask mail retry`."""


class MailService:
    """Takes mails in, so that no request waits for a mail server.

    Attributes:
        kinds: the kinds of mail, by name; `add_kinds` adds some, and the sender reads them.
    """

    collections = (COLLECTION,)

    def __init__(
        self,
        store: MailStore,
        kinds: dict[str, Kind],
        writer: Writer,
        transport: Transport,
        sender: Sender,
        worker: Worker,
        clock: Clock,
    ) -> None:
        self._store = store
        self.kinds = kinds
        self._writer = writer
        self._transport = transport
        self._sender = sender
        self._worker = worker
        self._clock = clock

    def add(self, mail: Mail) -> None:
        """Add a mail by one insert, unless there is one of its id already."""
        self._store.add(mail)
        self._worker.wake()

    def notice_written(self) -> None:
        """Wake the sender once a notice that was just stored is due."""
        self._worker.wake(NOTICE_DELAY)

    def add_kinds(self, *kinds: Kind) -> None:
        """Add kinds of mail; a later one replaces an earlier one of the same name."""
        self.kinds.update({kind.name: kind for kind in kinds})

    def look(self) -> None:
        """Have the sender look for due mails of dead processes, at most every 30 seconds."""
        self._worker.look()

    def send(self) -> Counter[str]:
        """Send all that is due now; return how many mails had each result."""
        return self._sender.run_once()

    def newest(
        self, limit: int, result: str | None = None, before: Cursor | None = None
    ) -> list[Record]:
        """Return the mails made last, as `MailStore.newest`."""
        return self._store.newest(limit, result, before)

    def find_mail(self, mail_id: str) -> Record | None:
        """Return the mail of that id, or None."""
        return self._store.find_mail(mail_id)

    def backlog(self) -> Backlog:
        """Return what waits and what was given up."""
        return self._store.backlog()

    def export(self, subject: Subject) -> dict[str, Any]:
        """Return what was mailed to the user in the last 30 days, and what the server said."""
        records = self._store.mails_of_user(subject.id)
        return {"mails": [describe_own(record) for record in records]}

    def erase(self, subject: Subject) -> None:
        """Remove the user's mails; that about the deletion belongs to no user, and stays."""
        self._store.forget_user(subject.id)

    def retry(self, mail_id: str) -> bool:
        """Let a mail that was given up be tried for another day; False when there is none.

        A kind whose link is good for less than a day is tried for as long as that.
        """
        record, now = self.find_mail(mail_id), self._clock()
        kind = self.kinds.get(record.mail.kind) if record is not None else None
        life = min(AGAIN_FOR, kind.life) if kind is not None else AGAIN_FOR
        return self._store.retry(mail_id, due_at=now, valid_until=now + life)

    def test(self, mail_id: str, address: str, locale: str | None) -> Accepted | Refused | NotNow:
        """Send a test mail at once, without the outbox.

        Raises:
            BadAddress: when `address` is not one address.
        """
        now = self._clock()
        mail = Mail(mail_id, TEST, now, None)
        envelope = Envelope(address, locale=locale)
        written = self._writer.write(mail, envelope, now)
        return self._transport.deliver(self._writer.message(mail, envelope, written, now))

    def written(self, record: Record) -> Written | None:
        """Return a mail's texts as they were sent, where what they derive from was kept."""
        if record.envelope is None:
            return None
        ends = record.mail.valid_until or record.mail.made_at
        return self._writer.write(record.mail, record.envelope, ends)
