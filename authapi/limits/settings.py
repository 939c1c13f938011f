"""The rates of all limits."""

from dataclasses import dataclass, replace
from datetime import timedelta

from authapi.core.environment import variable
from authapi.core.parsers import choice, integer
from authapi.limits.backoff import Backoff
from authapi.limits.rules import Rate
from authapi.passwords.bulkhead import LARGEST_SHARE
from authapi.passwords.settings import PasswordSettings

SECOND_STEPS_IN_A_ROW = 20
"""After so many wrong second steps in a row strangers wait. They are fewer than wrong passwords: a
stranger who gets that far knows the password, and a code is short."""


def _rate(name: str, text: str) -> Rate:
    default: Rate = variable(name, Rate.parse(text), Rate.parse)
    return default


@dataclass(frozen=True)
class LimitSettings(PasswordSettings):
    """The limits' numbers."""

    limits: str = variable("LIMITS", "on", choice("on", "off"))
    limit_login_failures: Rate = _rate("LIMIT_LOGIN_FAILURES", "10/5 minutes")
    limit_login_failures_per_address: Rate = _rate(
        "LIMIT_LOGIN_FAILURES_PER_ADDRESS", "300/5 minutes"
    )
    limit_failures_in_a_row: int = variable("LIMIT_FAILURES_IN_A_ROW", 100, integer(1, 1_000_000))
    limit_longest_wait_minutes: int = variable("LIMIT_LONGEST_WAIT_MINUTES", 60, integer(1, 1440))
    limit_registrations: Rate | None = variable("LIMIT_REGISTRATIONS", None, Rate.parse)
    limit_mail_codes: Rate = _rate("LIMIT_MAIL_CODES", "10/hour")
    limit_second_steps: Rate = _rate("LIMIT_SECOND_STEPS", "5/5 minutes")
    limit_refreshes: Rate = _rate("LIMIT_REFRESHES", "300/minute")
    limit_resets: Rate = _rate("LIMIT_RESETS", "20/hour")

    @property
    def attempts_waiting(self) -> int:
        """How many attempts at one account may wait.

        Three quarters of one network's share of password hashes: no account takes all of it.
        """
        share = (self.hash_slots_or_cores + self.hash_queue_limit) // LARGEST_SHARE
        return share * 3 // 4

    @property
    def backoff(self) -> Backoff:
        """The backoff of passwords."""
        longest = timedelta(minutes=self.limit_longest_wait_minutes)
        return Backoff(self.limit_failures_in_a_row, longest)

    @property
    def second_step_backoff(self) -> Backoff:
        """The backoff of second steps."""
        return replace(self.backoff, threshold=SECOND_STEPS_IN_A_ROW)

    @property
    def registration_rate(self) -> Rate:
        """How often one address may register; in development more often, for test suites."""
        default = "300/minute" if self.development else "100/hour"
        return self.limit_registrations or Rate.parse(default)
