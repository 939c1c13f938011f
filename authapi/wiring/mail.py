"""Makes the mail service; imported only where mails are sent."""

from __future__ import annotations

from email.headerregistry import Address
from typing import TYPE_CHECKING

import click

from authapi.accounts.store_notices import NoticeStore
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.environment import SettingsError
from authapi.core.events import Event, EventRecorder, Origin
from authapi.core.services import Services
from authapi.database import Database
from authapi.limits.service import Limits
from authapi.mail.collector import Collector
from authapi.mail.kinds import notice_kinds
from authapi.mail.links import Links, MailedTokens
from authapi.mail.mailbox import Mailbox
from authapi.mail.message import From, Writer
from authapi.mail.quotas import Quotas
from authapi.mail.sender import Sender
from authapi.mail.service import MailService
from authapi.mail.smtp import SmtpServers
from authapi.mail.store import COLLECTIONS, MailStore
from authapi.mail.texts import Texts
from authapi.mail.transport import Transport
from authapi.mail.worker import Worker
from authapi.settings import Settings

if TYPE_CHECKING:
    from authapi.metrics.service import Metrics

__all__ = ["COLLECTIONS", "build"]

_SENDER = Origin(Client("", "mail sender"))
_DEVELOPMENT_SENDER = Address("authapi", "no-reply", "localhost")


def build(services: Services, settings: Settings, clock: Clock) -> None:
    """Add the mail service.

    Raises:
        SettingsError: when a template of the operator's own is faulty.
    """
    events = services[EventRecorder].of_origin(lambda: _SENDER)
    database = services[Database]
    sender = services.add(From(settings.mail_from or _DEVELOPMENT_SENDER, settings.mail_reply_to))
    writer = Writer(_texts(settings, sender), services[MailedTokens], services[Links], sender)
    transport = _transport(settings, sender, events, clock)

    notices, store = NoticeStore(database), MailStore(database)
    kinds = {kind.name: kind for kind in notice_kinds(notices)}
    quotas = Quotas(store, settings.mail_per_hour, services[Limits], clock)
    collector = Collector(notices, kinds, store, clock)
    shows = settings.has_mailbox
    metrics = _metrics(services) if settings.metrics_token else None
    sending = Sender(
        store, kinds, collector, writer, transport, quotas, events, metrics, clock, shows=shows
    )
    worker = Worker(sending, clock, on=settings.mail_sweep == "on")
    mails = MailService(store, kinds, writer, transport, sending, worker, clock)
    services.personal_data.append(services.add(mails))


def _metrics(services: Services) -> Metrics:
    from authapi.metrics.service import Metrics

    return services[Metrics]


def _texts(settings: Settings, sender: From) -> Texts:
    texts = Texts(sender.service, settings.mail_language, settings.templates)
    if settings.templates is not None and (problems := texts.problems()):
        raise SettingsError([f"TEMPLATES has a fault: {problem}" for problem in problems])
    return texts


def _transport(settings: Settings, sender: From, events: EventRecorder, clock: Clock) -> Transport:
    if settings.has_mailbox:
        return Mailbox(lambda line: click.echo(line, err=True))

    def refused() -> None:
        events.record(Event.MAIL_SERVER_REFUSES)

    return SmtpServers(settings.mail_servers, sender.address.addr_spec, clock, refused)
