"""A mail room with a database of its own, a moved clock and a mail server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.headerregistry import Address
from typing import Any

import pytest

from authapi.accounts.store_notices import NoticeStore
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder, Origin, SecurityEvent
from authapi.core.fingerprints import Fingerprints
from authapi.core.secrets import MasterSecrets, Secret
from authapi.database import Database
from authapi.limits.service import Limits
from authapi.limits.settings import LimitSettings
from authapi.limits.store import LimitStore
from authapi.mail.collector import Collector
from authapi.mail.kinds import Kind
from authapi.mail.links import CodeClaims, LinkClaims, Links, MailedTokens, Purpose
from authapi.mail.message import From, Writer
from authapi.mail.models import Envelope, Mail, Record, Void
from authapi.mail.quotas import Quotas
from authapi.mail.sender import Sender
from authapi.mail.servers import MailServer as Named
from authapi.mail.smtp import SmtpServers
from authapi.mail.store import MailStore
from authapi.mail.texts import Texts
from authapi.mail.transport import Transport
from authapi.settings import Settings
from authapi.wiring.database import build_database
from tests.support.clock import MovedClock
from tests.support.mail_server import MailServer, mail_server
from tests.support.servers import SECRET
from tests.support.waiting import DEADLINE

ANN = "a" * 24
PUBLIC_URL = "https://accounts.example"
SENDER = From(Address("Example", "no-reply", "example.com"))
TOKENS = MailedTokens(Secret(SECRET))


def to_ann(mail: Mail) -> Envelope | Void:
    """Send a mail to the address that its row names, with a link of Ann's."""
    if mail.to is None:
        return Void("nobody", nobody=True)
    link = LinkClaims(Purpose.RESET, ANN, 3, mail.to)
    return Envelope(mail.to, {"username": "ann", **mail.facts}, ANN, link=link)


def to_unverified(mail: Mail) -> Envelope | Void:
    """Send a code to an address that is nobody's yet."""
    assert mail.to is not None
    code = CodeClaims(ANN, mail.to, "nonce")
    link = LinkClaims(Purpose.VERIFY, ANN, 3, mail.to)
    return Envelope(mail.to, mail.facts, ANN, verified=False, link=link, code=code)


KINDS = {
    kind.name: kind
    for kind in (
        Kind("reset", timedelta(minutes=60), to_ann),
        Kind("verify", timedelta(hours=24), to_unverified),
        Kind("password_changed", timedelta(days=7), to_ann),
        Kind("deleted", timedelta(days=7), to_ann, keep=False),
    )
}


@dataclass
class Room:
    """The mail room: what tests do with it, and what they look at."""

    database: Database
    clock: MovedClock
    kinds: dict[str, Kind] = field(default_factory=lambda: dict(KINDS))
    events: list[SecurityEvent] = field(default_factory=list)
    per_hour: int = 1_000_000

    def __post_init__(self) -> None:
        self.store = MailStore(self.database)
        self.notices = NoticeStore(self.database)
        self.collector = Collector(self.notices, self.kinds, self.store, self.clock)

    def sender(self, transport: Transport, *, shows: bool = False) -> Sender:
        """Return a sender that uses `transport`."""
        recorder = EventRecorder(self.clock, lambda: Origin(Client("", "")), self.events.append)
        writer = Writer(Texts("Example", "en"), TOKENS, Links(PUBLIC_URL, {}), SENDER)
        limits = Limits(
            LimitStore(self.database),
            nullcontext,
            LimitSettings(),
            Fingerprints(MasterSecrets(Secret(SECRET))),
            recorder,
            self.clock,
        )
        quotas = Quotas(self.store, self.per_hour, limits, self.clock)
        return Sender(
            self.store,
            self.kinds,
            self.collector,
            writer,
            transport,
            quotas,
            recorder,
            None,
            self.clock,
            shows=shows,
        )

    def add(
        self,
        to: str | None = "ann@example.com",
        kind: str = "reset",
        **members: Any,  # noqa: ANN401 - as `Mail` has them
    ) -> str:
        """Add a mail that is due now, and return its id."""
        now = self.clock()
        mail = Mail(members.pop("id", secrets.token_hex(12)), kind, now, now, to=to, **members)
        self.store.add(mail)
        return mail.id

    def record(self, mail_id: str) -> Record:
        """Return a mail with what became of it."""
        found = self.store.find_mail(mail_id)
        assert found is not None
        return found

    def result(self, mail_id: str) -> str:
        """Return how a mail stands."""
        return self.record(mail_id).settled.result


def servers(
    *ports: int, clock: Clock, step: float = DEADLINE, attempt: float = DEADLINE
) -> SmtpServers:
    """Return the servers at these loopback ports, in order."""
    named = [Named("127.0.0.1", port, "none") for port in ports]
    sender = SENDER.address.addr_spec
    return SmtpServers(named, sender, clock, lambda: None, step=step, attempt=attempt)


@pytest.fixture
def room(settings: Settings) -> Iterator[Room]:
    """A mail room on a real database with nothing in it."""
    own = replace(
        settings,
        mongo_database=f"mail_{secrets.token_hex(6)}",
        mail_servers=(Named("127.0.0.1", 25, "none"),),
        public_url=PUBLIC_URL,
        mail_from=SENDER.address,
    )
    database = build_database(own)
    yield Room(database, MovedClock())
    database._database().client.drop_database(database._database().name)
    database.close()


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that takes everything."""
    with mail_server() as server:
        yield server
