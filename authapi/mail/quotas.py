"""How many mails are too many: for an account, an address, and the service (S95)."""

from __future__ import annotations

from datetime import timedelta

from authapi.core.clock import Clock
from authapi.core.fingerprints import Fingerprints
from authapi.limits.rules import Rate
from authapi.limits.store import Counter, LimitStore
from authapi.mail.models import Envelope
from authapi.mail.store import MailStore

HOUR = timedelta(hours=1)
PER_ACCOUNT = Rate.parse("5/hour")
PER_ADDRESS = Rate.parse("10/day")


class Quotas:
    """Says whether one more mail may be sent; what is refused is nobody's to know.

    Args:
        store: knows what was sent.
        per_hour: how many mails the whole service sends in an hour.
        windows: counts for accounts and addresses; None lets pass all (`LIMITS=off`).
        fingerprints: makes the windows' ids.
        clock: what tells the time.
    """

    def __init__(
        self,
        store: MailStore,
        per_hour: int,
        windows: LimitStore | None,
        fingerprints: Fingerprints,
        clock: Clock,
    ) -> None:
        self._store = store
        self._per_hour = per_hour
        self._windows = windows
        self._fingerprints = fingerprints
        self._clock = clock

    def room(self) -> int:
        """Return how many mails the service may send now."""
        return self._per_hour - self._store.sent_since(self._clock() - HOUR)

    def admits(self, envelope: Envelope) -> bool:
        """Count a mail that anybody may ask for; False when there were too many of them."""
        if self._windows is None:
            return True
        counters = [self._counter(PER_ADDRESS, "address", envelope.to.casefold())]
        if envelope.user_id is not None:
            counters.append(self._counter(PER_ACCOUNT, "account", envelope.user_id))
        now = self._clock()
        # Whoever makes a window's first hit at the same moment may be in the way: once more then.
        return self._windows.take(counters, now) or self._windows.take(counters, now)

    def _counter(self, rate: Rate, kind: str, whom: str) -> Counter:
        return Counter(self._fingerprints.of("limit", "mails", kind, whom), rate)
