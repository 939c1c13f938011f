"""Who may register."""

from __future__ import annotations

from dataclasses import dataclass

from authapi.core.environment import variable
from authapi.core.parsers import choice


@dataclass(frozen=True)
class AccountSettings:
    """The accounts' part of the settings."""

    registration: str = variable("REGISTRATION", "open", choice("open", "closed"))
