"""The outbox: where the other rooms leave what shall be mailed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from authapi.core.clock import Clock
from authapi.mail.models import Facts, Mail
from authapi.mail.rules import NOTICE_DELAY
from authapi.mail.store import MailStore

_ID = re.compile(r"[A-Za-z0-9_-]{8,128}")  # it becomes part of the Message-ID
Wake = Callable[[timedelta], None]
"""Lets the sender look, that much later."""


class Outbox:
    """Takes mails in; no request waits for a mail server.

    Args:
        store: where they wait.
        wake: wakes the sender.
        clock: what tells the time.
    """

    def __init__(self, store: MailStore, wake: Wake, clock: Clock) -> None:
        self._store = store
        self._wake = wake
        self._clock = clock

    def add(
        self,
        mail_id: str,
        kind: str,
        *,
        user_id: str | None = None,
        asked_for: str | None = None,
        to: str | None = None,
        locale: str | None = None,
        facts: Facts | None = None,
        due_at: datetime | None = None,
        valid_until: datetime | None = None,
    ) -> bool:
        """Add a mail by one insert; False when there is one of that id, which is as good.

        Args:
            mail_id: 8 to 128 letters, digits, `_` or `-`; equal ids are one mail.
            kind: the name of a `Kind` that the sender knows.
            user_id: whom it concerns, if that is known already.
            asked_for: what was typed, where the kind looks up whom it concerns; gone once it did.
            to: the address, where the kind takes it from here.
            locale: the language that was asked for.
            facts: dates, device, place; nothing secret.
            due_at: when; now, if not given.
            valid_until: when its link ends; a kind's life after the first attempt, if not given.

        Raises:
            ValueError: when `mail_id` is none.
        """
        if not _ID.fullmatch(mail_id):
            raise ValueError("a mail's id has 8 to 128 letters, digits, _ or -")
        now = self._clock()
        added = self._store.add(
            Mail(
                id=mail_id,
                kind=kind,
                made_at=now,
                due_at=due_at or now,
                user_id=user_id,
                asked_for=asked_for,
                to=to,
                locale=locale,
                facts=facts or {},
                valid_until=valid_until,
            )
        )
        self._wake(max((due_at or now) - now, timedelta(0)))
        return added

    def notice_written(self) -> None:
        """Say that a notice stands in a user's document: it is mailed once it is old enough."""
        self._wake(NOTICE_DELAY)
