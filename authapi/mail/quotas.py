"""The limits of mails: for an account, an address, and the service (S95)."""

from datetime import timedelta

from authapi.core.clock import Clock
from authapi.limits.rules import Rate
from authapi.limits.service import Limits
from authapi.mail.models import Envelope
from authapi.mail.store import MailStore

HOUR = timedelta(hours=1)
PER_ACCOUNT = Rate.parse("5/hour")
PER_ADDRESS = Rate.parse("10/day")
PER_STRANGER = Rate.parse("4/day")
"""For a network that the account does not know: fewer than all strangers together have."""


class Quotas:
    """Says whether one more mail may be sent; nobody who asked for it is told.

    Args:
        per_hour: how many mails the whole service sends in an hour.
    """

    def __init__(self, store: MailStore, per_hour: int, limits: Limits, clock: Clock) -> None:
        self._store = store
        self._per_hour = per_hour
        self._limits = limits
        self._clock = clock

    def room(self) -> int:
        """Return how many mails the service may send now."""
        return self._per_hour - self._store.sent_since(self._clock() - HOUR)

    def admits(self, envelope: Envelope) -> bool:
        """Count a mail that somebody asked for; False when there were too many.

        Mails to an address that is not verified are counted apart from its owner's, and so are
        those that strangers asked for: they could keep the owner from getting any. Codes are
        counted for the account where they are asked for (`LIMIT_MAIL_CODES`): each voids the one
        before, so none may be dropped unsaid.
        """
        kind = "mails" if envelope.stranger is None else "mails for strangers"
        whose = "address" if envelope.verified else "claimed address"
        to = envelope.to.casefold()
        windows: list[tuple[Rate, tuple[str, ...]]] = [(PER_ADDRESS, (kind, whose, to))]
        if envelope.user_id is not None and envelope.code is None:
            windows.append((PER_ACCOUNT, (kind, "account", envelope.user_id)))
        if envelope.stranger is not None:
            windows.append((PER_STRANGER, (kind, "network", to, envelope.stranger)))
        return self._limits.try_count(*windows)
