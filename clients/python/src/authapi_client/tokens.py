"""Reads tokens from answers, and their lifetime and user, without asking the service."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_DEFAULT_LIFETIME = 60.0
"""In seconds, if the service sends no `expires_in`; if it is too long, a 401 renews the token."""
_LONGEST_LIFETIME = 1e9
"""In seconds; more than that is an error of the service, and could be too large for a float."""
_LONGEST_MARGIN = 10.0
"""A token is renewed so many seconds early, or a tenth of its lifetime if that is less."""
_CLOCK_STEP = 60.0
"""By how many seconds a clock may be set back before the age of a token counts as unknown."""


@dataclass(frozen=True)
class Tokens:
    """The tokens of an answer; `lifetime` of the access token, in seconds."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    lifetime: float


def tokens_in(answer: Mapping[str, Any]) -> Tokens | None:
    """Return the tokens of an answer; None without an access token. A refresh token is optional."""
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str):
        return None
    lifetime = lifetime_of(answer.get("expires_in"))
    return Tokens(access, refresh if isinstance(refresh, str) else None, lifetime)


def lifetime_of(seconds: object) -> float:
    """Return the lifetime in seconds for the `expires_in` of an answer."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return _DEFAULT_LIFETIME
    return float(min(seconds, _LONGEST_LIFETIME))


def time_left(received_at: float, lifetime: float, now: float) -> float:
    """Return the seconds until a token expires.

    They count from its receipt by the local clock, so that a wrong clock does no harm. If the clock
    was set back since then, the token counts as expired.
    """
    age = now - received_at
    return 0.0 if age < -_CLOCK_STEP else max(0.0, min(lifetime, lifetime - age))


def is_fresh(received_at: float, lifetime: float, now: float) -> bool:
    """Whether a token will still be valid when it arrives at the service."""
    return time_left(received_at, lifetime, now) > min(_LONGEST_MARGIN, lifetime / 10)


def subject_of(token: str) -> str | None:
    """Return the user's name as the service writes it; None when the token is not a JWT."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        subject = claims["sub"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return subject if isinstance(subject, str) else None


def new_key() -> str:
    """Return an Idempotency-Key of 192 random bits."""
    return secrets.token_urlsafe(24)
