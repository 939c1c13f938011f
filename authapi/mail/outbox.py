"""The outbox: where the other rooms leave what shall be mailed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from authapi.mail.models import Mail
from authapi.mail.rules import NOTICE_DELAY
from authapi.mail.store import MailStore

Wake = Callable[[timedelta], None]
"""Lets the sender look, that much later."""


class Outbox:
    """Takes mails in; no request waits for a mail server."""

    def __init__(self, store: MailStore, wake: Wake) -> None:
        self._store = store
        self._wake = wake

    def add(self, mail: Mail) -> None:
        """Add a mail by one insert, unless there is one of its id: that is as good."""
        self._store.add(mail)
        self._wake(timedelta(0))

    def notice_written(self) -> None:
        """Say that a notice stands in a user's document: it is mailed once it is old enough."""
        self._wake(NOTICE_DELAY)
