"""How soon a logout ends access tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from authapi.core.environment import variable
from authapi.core.parsers import choice, integer


@dataclass(frozen=True)
class RevocationSettings:
    """The chosen way to check for revocations."""

    revocation: str = variable("REVOCATION", "sync", choice("sync", "strict", "off"))
    revocation_patience_seconds: int = variable("REVOCATION_PATIENCE_SECONDS", 30, integer(0, 3600))

    @property
    def revocation_patience(self) -> timedelta:
        """How long revocations may go unsynchronised before access tokens are refused by a 503."""
        return timedelta(seconds=self.revocation_patience_seconds)
