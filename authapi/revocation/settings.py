"""How soon a logout ends access tokens."""

from dataclasses import dataclass
from datetime import timedelta

from authapi.core.environment import variable
from authapi.core.parsers import choice, integer
from authapi.database.settings import DatabaseSettings
from authapi.tokens.settings import TokenSettings


@dataclass(frozen=True)
class RevocationSettings(DatabaseSettings, TokenSettings):
    """The chosen way to check for revocations."""

    revocation: str = variable("REVOCATION", "sync", choice("sync", "strict", "off"))
    revocation_max_staleness_seconds: int = variable(
        "REVOCATION_MAX_STALENESS_SECONDS", 30, integer(0, 3600)
    )

    @property
    def revocation_max_staleness(self) -> timedelta:
        """How long access tokens are accepted while new revocations cannot be read."""
        return timedelta(seconds=self.revocation_max_staleness_seconds)
