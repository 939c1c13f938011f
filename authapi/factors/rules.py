"""Which codes are right, and when a login needs one: pure decisions."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from authapi.core import crockford
from authapi.factors.models import Factors

STEP_SECONDS = 30
"""How long a code is shown (RFC 6238, 5.2)."""

DRIFT_STEPS = 1
"""How many steps a device's clock may be off (RFC 6238, 6)."""

FAR_STEPS = 20
"""How far off a clock may be to be told so, while an app is turned on: ten minutes."""

PENDING_LIFE = timedelta(minutes=10)
"""How long a new authenticator app can be confirmed."""

RECOVERY_CODES = 8
_RECOVERY_LENGTH = 16  # characters of 5 bits: 80 (NIST SP 800-63B-4, 3.1.2.2)

_SECRET = re.compile(r"[A-Z2-7]{26,128}")  # base32: 130 bits at least (RFC 4226, 4: 128)
_DIGITS = re.compile(r"[0-9]{6}")
_RECOVERY = re.compile(rf"([1-{RECOVERY_CODES}])([{crockford.ALPHABET}]{{{_RECOVERY_LENGTH}}})")


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """A recovery code: `number` says which hash it belongs to, so that one hash is made."""

    number: str
    secret: str

    @classmethod
    def of(cls, number: int, randomness: int) -> RecoveryCode:
        """Return the code that 80 random bits make."""
        return cls(str(number), crockford.encode(randomness, _RECOVERY_LENGTH))

    @classmethod
    def read(cls, typed: str) -> RecoveryCode | None:
        """Return the code that somebody typed, or None when it is none."""
        found = _RECOVERY.fullmatch(crockford.normalise(typed))
        return cls(found[1], found[2]) if found else None

    def __str__(self) -> str:
        groups = [self.secret[at : at + 4] for at in range(0, _RECOVERY_LENGTH, 4)]
        return "-".join([self.number, *groups])


RECOVERY_BITS = crockford.BITS * _RECOVERY_LENGTH


def totp_code(typed: str) -> str | None:
    """Return the six digits that somebody typed, with or without a space, or None."""
    digits = typed.strip().replace(" ", "")
    return digits if _DIGITS.fullmatch(digits) else None


def step_at(moment: datetime) -> int:
    """Return the time step of a moment (RFC 6238, 4.2)."""
    return int(moment.timestamp()) // STEP_SECONDS


def near(step: int, drift: int = DRIFT_STEPS) -> range:
    """Return the steps whose codes are compared."""
    return range(step - drift, step + drift + 1)


def matching_step(code: str, shown: Mapping[int, str]) -> int | None:
    """Return the latest step whose code it is, or None; always compare all of them.

    Args:
        code: six digits.
        shown: the code of each step that counts.
    """
    found = [step for step, right in shown.items() if hmac.compare_digest(code, right)]
    return max(found, default=None)


def ended_with(before: Factors, after: Factors) -> tuple[str, ...]:
    """Return the members of a user to remove with the last second factor."""
    if _has_second_factor(before) and not _has_second_factor(after):
        return ("second_factor", "factors.recovery")
    return ()


def _has_second_factor(factors: Factors) -> bool:
    """Whether a login asks for more than the password."""
    return factors.totp is not None or (factors.passkeys_required and bool(factors.passkeys))


def read_secret(text: str) -> str | None:
    """Return an app's secret in its canonical form, or None when it is none.

    Case, spaces and padding do not matter.
    """
    secret = text.replace(" ", "").rstrip("=").upper()
    return secret if _SECRET.fullmatch(secret) else None
