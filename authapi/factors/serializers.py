"""Factors as their owner sees them, without secrets and hashes."""

from typing import Any

from authapi.accounts.models import User
from authapi.factors.models import Factors


def describe(user: User) -> dict[str, Any]:
    """Return which factors a user has."""
    factors = Factors.of(user)
    return {
        "second_factor": user.second_factor,
        "totp": {"since": factors.totp.since.isoformat()} if factors.totp else None,
        "recovery_codes_left": len(factors.recovery),
        "passkeys_required": factors.passkeys_required,
    }
