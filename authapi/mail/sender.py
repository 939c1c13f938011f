"""The sender: notices become mails, and mails that are due are sent, tried again or given up."""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jinja2 import TemplateError

from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.database import FAILURES
from authapi.mail import rules
from authapi.mail.collector import Collector
from authapi.mail.kinds import Kind
from authapi.mail.message import BadAddress, Writer
from authapi.mail.models import Envelope, Mail, Settled, Void
from authapi.mail.quotas import Quotas
from authapi.mail.store import MailStore
from authapi.mail.transport import Accepted, NotNow, Refused, Transport

if TYPE_CHECKING:
    from authapi.metrics.service import Metrics  # loaded only where numbers are counted

BATCH = 50
_FORGOTTEN_SOON = timedelta(days=1)
_ASKED: tuple[str, ...] = ("asked_for",)
_PERSONAL = ("asked_for", "to", "user_id", "facts", "said")
_log = logging.getLogger("authapi.mail")


class Sender:
    """Sends what is due. Any number of processes may run one: a mail's due date is its lease.

    Args:
        shows: whether mails can be looked at afterwards, on a development server. Then what they
            are made of is kept, also of mails that are not sent.
    """

    def __init__(
        self,
        store: MailStore,
        kinds: Mapping[str, Kind],
        collector: Collector,
        writer: Writer,
        transport: Transport,
        quotas: Quotas,
        events: EventRecorder,
        metrics: Metrics | None,
        clock: Clock,
        *,
        shows: bool = False,
    ) -> None:
        self._store = store
        self._kinds = kinds
        self._collector = collector
        self._writer = writer
        self._transport = transport
        self._quotas = quotas
        self._events = events
        self._metrics = metrics
        self._clock = clock
        self._shows = shows

    def run_once(self, go_on: Callable[[], None] = lambda: None) -> Counter[str]:
        """Send all that is due now; return how many mails had each result.

        Results: `sent`, `dead` (given up), `void` (not to be sent), `deferred` (tried again).

        Args:
            go_on: called before each mail.

        Raises:
            PyMongoError: when the database does not answer; a claimed mail is due again within a
                minute.
        """
        self._collector.collect()
        results: Counter[str] = Counter()
        while self._transport.available() and (batch := self._batch()):
            random.shuffle(batch)  # so that senders at the same moment seldom claim the same mail
            for mail in batch:
                if not self._transport.available():
                    break
                go_on()
                if result := self._handle(mail):
                    results[result] += 1
        self._note_backlog()
        return results

    def next_due(self) -> datetime | None:
        """Return when the next mail is due, or None."""
        return self._store.next_due()

    def _batch(self) -> list[Mail]:
        """Return mails that are due, at most as many as may be sent in this hour."""
        due = self._store.due(self._clock(), BATCH)
        room = self._quotas.room() if due else 0
        if due and room <= 0:
            _log.error("MAIL_PER_HOUR is reached: mails wait")
        return due[: max(room, 0)]

    def _handle(self, mail: Mail) -> str | None:
        """Claim and handle a mail; None when another sender has it."""
        now, kind = self._clock(), self._kinds.get(mail.kind)
        life = kind.life if kind else rules.KEPT
        over = now >= (mail.valid_until or mail.made_at + life)
        claimed = self._store.claim(
            mail, until=now + rules.LEASE, valid_until=mail.valid_until or now + life
        )
        if claimed is None:
            return None
        if over:
            result = self._give_up(claimed, "expired")
        elif kind is None:
            result = self._defer(claimed, "no such kind of mail is known here")
        else:
            result = self._attempt(claimed, kind)
        if self._metrics is not None:
            self._metrics.mail(mail.kind if kind else "unknown", result)
        return result

    def _attempt(self, mail: Mail, kind: Kind) -> str:
        try:
            answer = self._resolve(mail, kind)
            if isinstance(answer, Void):
                return self._leave(mail, answer)
            return self._send(mail, kind, answer)
        except BadAddress:
            return self._give_up(mail, "bad address")
        except TemplateError as error:
            _log.error("no mail of the kind %s can be written: %s", mail.kind, error)
            return self._defer(mail, "a template is faulty")
        except FAILURES:
            raise
        except Exception as fault:  # the other mails go on; the log gets no text of this one
            _log.error("a mail of the kind %s met a %s", mail.kind, type(fault).__name__)
            return self._defer(mail, "a fault in the service")

    def _resolve(self, mail: Mail, kind: Kind) -> Envelope | Void:
        answer = kind.resolve(mail)
        if isinstance(answer, Void) or not kind.on_request:
            return answer
        epoch = answer.link.epoch if answer.link else None
        if mail.epoch not in (None, epoch):
            return Void("overtaken by a change of the account", user_id=answer.user_id)
        if mail.attempts == 1 and not self._quotas.admits(answer):
            return Void("too many mails", user_id=answer.user_id)
        return answer

    def _send(self, mail: Mail, kind: Kind, envelope: Envelope) -> str:
        ends = mail.valid_until or self._clock() + kind.life
        written = self._writer.write(mail, envelope, ends)
        message = self._writer.message(mail, envelope, written, self._clock())
        started = time.perf_counter()
        answer = self._transport.deliver(message)
        if self._metrics is not None:
            self._metrics.mail_seconds(time.perf_counter() - started)
        if isinstance(answer, NotNow):
            return self._defer(mail, answer.said, envelope)
        if isinstance(answer, Refused):
            return self._give_up(mail, "refused", envelope, answer)
        return self._note_sent(mail, kind, envelope, answer)

    def _note_sent(self, mail: Mail, kind: Kind, envelope: Envelope, answer: Accepted) -> str:
        now = self._clock()
        kept, forget = (rules.KEPT, _ASKED) if kind.keep else (_FORGOTTEN_SOON, _PERSONAL)
        forget = () if self._shows else forget
        how = Settled("sent", answer.said, answer.via, now)
        self._store.settle(
            mail, how, expires_at=now + kept, envelope=envelope, forget=forget, show=self._shows
        )
        return "sent"

    def _leave(self, mail: Mail, why: Void) -> str:
        if why.nobody and not self._shows:
            self._store.remove(mail)
            return "void"
        if why.nobody:  # free its id, so that the next request with this name adds a mail again
            mail = self._store.move(mail, secrets.token_hex(12))
        now = self._clock()
        forget = () if self._shows else ("asked_for", "to")
        how = Settled("void", why.reason, None, now)
        self._store.settle(
            mail, how, expires_at=now + rules.KEPT, user_id=why.user_id, forget=forget
        )
        return "void"

    def _give_up(
        self,
        mail: Mail,
        reason: str,
        envelope: Envelope | None = None,
        answer: Refused | None = None,
    ) -> str:
        now = self._clock()
        how = Settled(
            "dead", answer.said if answer else reason, answer.via if answer else None, now
        )
        user_id = envelope.user_id if envelope else mail.user_id
        # A document without a user is in no export: nothing personal may stay in it.
        nobodys = user_id is None and not self._shows
        forget = [name for name in _PERSONAL if name != "said" or answer] if nobodys else ()
        self._store.settle(mail, how, expires_at=now + rules.KEPT, envelope=envelope, forget=forget)
        self._events.record(Event.MAIL_DEAD, user_id=user_id, reason=reason)
        return "dead"

    def _defer(self, mail: Mail, said: str, envelope: Envelope | None = None) -> str:
        due_at = rules.retry_at(mail.attempts, self._clock(), random.random)
        self._store.defer(mail, due_at=due_at, said=said, envelope=envelope)
        return "deferred"

    def _note_backlog(self) -> None:
        if self._metrics is not None:
            oldest, now = self._store.next_due(), self._clock()
            self._metrics.mail_waits(max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
