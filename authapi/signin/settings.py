"""When a login is recent."""

from __future__ import annotations

from dataclasses import dataclass

from authapi.core.environment import variable
from authapi.core.parsers import integer


@dataclass(frozen=True)
class SignInSettings:
    """The sign-in's own number."""

    recent_login_minutes: int = variable("RECENT_LOGIN_MINUTES", 10, integer(1, 1440))
