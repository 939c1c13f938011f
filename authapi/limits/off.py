"""`LIMITS=off`: a store that counts nothing."""

from collections.abc import Sequence
from datetime import datetime

from authapi.core.clock import Clock
from authapi.limits.rules import Claim, Streak
from authapi.limits.store import Counter, LimitStore, Standing


class NoStore(LimitStore):
    """Stores nothing: there is always room."""

    def __init__(self, clock: Clock) -> None:
        super().__init__({}, clock)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Let pass."""
        return True

    def read(self, counters: Sequence[Counter], account_id: str | None = None) -> Standing:
        """Return that nothing happened so far."""
        return Standing({counter.id: () for counter in counters}, Streak())

    def take(
        self,
        counters: Sequence[Counter],
        now: datetime,
        account_id: str | None = None,
        claim: Claim | None = None,
    ) -> bool:
        """Let pass."""
        return True

    def give_back(self, counters: Sequence[Counter]) -> None:
        """Do nothing."""

    def note_login(self, account_id: str, place: str, now: datetime, threshold: int) -> None:
        """Do nothing."""

    def forget(self, account_id: str) -> None:
        """Do nothing."""
