"""A link for a new password is asked for; no user is read (S80)."""

import secrets
from datetime import timedelta

from authapi.accounts.models import User
from authapi.accounts.rules import name_key
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.limits.attempts import Reason
from authapi.limits.service import Limits
from authapi.mail.models import Mail
from authapi.mail.service import MailService
from authapi.recovery.mails import OPERATOR, RESET

SLOT = timedelta(minutes=2)
"""Requests for one name from one network within this time are one mail."""


class ResetRequests:
    """Adds the mail with the link; the sender looks up later to whom it goes."""

    def __init__(
        self,
        mails: MailService,
        limits: Limits,
        fingerprints: Fingerprints,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._mails = mails
        self._limits = limits
        self._fingerprints = fingerprints
        self._events = events
        self._clock = clock

    def ask(self, username: str, client: Client) -> None:
        """Ask for the link that lets the user of that name choose a new password.

        The commands to the database are the same for every name. A repeat within `SLOT` adds no
        second mail, unless it comes from another network: that of a stranger may not be sent.

        Args:
            username: as somebody typed it.
            client: who asks.

        Raises:
            ApiError: `rate_limited` when the client's network asked too often.
        """
        self._limits.count(Reason.RESETS, client.network)
        now = self._clock()
        slot = int(now.timestamp() // SLOT.total_seconds())
        asked = (RESET, name_key(username), client.network, str(slot))
        mail_id = self._fingerprints.of(*asked)[:32]
        asked_by = self._events.origin().client
        told = {"device": asked_by.user_agent, "place": asked_by.address}
        self._mails.add(Mail(mail_id, RESET, now, now, asked_for=username, facts=told))

    def offer(self, user: User) -> None:
        """Mail a link that is good for a day to the address of a user whom the operator helps."""
        now = self._clock()
        mail_id = secrets.token_hex(16)
        self._mails.add(Mail(mail_id, OPERATOR, now, now, user_id=user.id, to=user.email))
        self._events.record(Event.RESET_ASKED, user_id=user.id, reason="operator")
