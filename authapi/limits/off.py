"""`LIMITS=off`: a store that counts nothing."""

from collections.abc import Sequence
from datetime import datetime

from authapi.limits.rules import Claim, Streak
from authapi.limits.store import Counter, LimitStore, Standing


class NoStore(LimitStore):
    """Stores nothing: there is always room."""

    def __init__(self) -> None:
        super().__init__({})

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

    def give_back(self, counters: Sequence[Counter], account_id: str | None = None) -> None:
        """Do nothing."""

    def settle(
        self,
        counters: Sequence[Counter],
        account_id: str,
        place: str,
        now: datetime,
        *,
        end_row: bool,
    ) -> None:
        """Do nothing."""

    def forget(self, account_id: str) -> None:
        """Do nothing."""
