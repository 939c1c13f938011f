"""How sessions are refreshed, and how many a user may have."""

from dataclasses import dataclass
from datetime import timedelta

from authapi.core.environment import variable
from authapi.core.parsers import integer


@dataclass(frozen=True)
class SessionSettings:
    """The settings of sessions; their lifetimes are among those of tokens."""

    refresh_grace_seconds: int = variable("REFRESH_GRACE_SECONDS", 0, integer(0, 60))
    sessions_per_user: int = variable("SESSIONS_PER_USER", 100, integer(1, 10_000))

    @property
    def refresh_grace(self) -> timedelta:
        """How long a repeated refresh without a key counts as one after a lost answer."""
        return timedelta(seconds=self.refresh_grace_seconds)
