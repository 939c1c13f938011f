"""What may be done how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from authapi.core.environment import EnvironmentSettings, variable
from authapi.core.parsers import choice, integer
from authapi.limits.rules import Rate


def _rate(name: str, text: str) -> Rate:
    default: Rate = variable(name, Rate.parse(text), Rate.parse)
    return default


@dataclass(frozen=True)
class LimitSettings(EnvironmentSettings):
    """The limits' numbers."""

    limits: str = variable("LIMITS", "on", choice("on", "off"))
    limit_login_failures: Rate = _rate("LIMIT_LOGIN_FAILURES", "10/5 minutes")
    limit_login_failures_per_address: Rate = _rate(
        "LIMIT_LOGIN_FAILURES_PER_ADDRESS", "300/5 minutes"
    )
    limit_failures_in_a_row: int = variable("LIMIT_FAILURES_IN_A_ROW", 100, integer(1, 1_000_000))
    limit_longest_wait_minutes: int = variable("LIMIT_LONGEST_WAIT_MINUTES", 60, integer(1, 1440))
    limit_registrations: Rate | None = variable("LIMIT_REGISTRATIONS", None, Rate.parse)
    limit_refreshes: Rate = _rate("LIMIT_REFRESHES", "300/minute")

    @property
    def longest_wait(self) -> timedelta:
        """How long strangers wait at the most once an account was guessed at too often."""
        return timedelta(minutes=self.limit_longest_wait_minutes)

    @property
    def registration_rate(self) -> Rate:
        """How often one address may register; where people develop, test suites do it a lot."""
        default = "300/minute" if self.development else "100/hour"
        return self.limit_registrations or Rate.parse(default)
