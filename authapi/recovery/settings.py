"""How long a link for a new password is good."""

from dataclasses import dataclass
from datetime import timedelta

from authapi.accounts.settings import AccountSettings
from authapi.core.environment import variable
from authapi.core.parsers import integer


@dataclass(frozen=True)
class RecoverySettings(AccountSettings):
    """The recovery's part of the settings."""

    reset_minutes: int = variable("RESET_MINUTES", 60, integer(5, 1440))

    @property
    def reset_life(self) -> timedelta:
        """How long a link that was asked for is good."""
        return timedelta(minutes=self.reset_minutes)
