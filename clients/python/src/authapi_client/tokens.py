"""What can be told from tokens without asking the service. Pure."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_DEFAULT_LIFETIME = 60.0
"""For a service that does not say how long, in seconds. A 401 brings a new token anyway."""
_LONGEST_MARGIN = 10.0
_CLOCK_STEP = 60.0


@dataclass(frozen=True)
class Tokens:
    """Tokens that came with an answer; `lifetime` of the access token, in seconds."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    lifetime: float


def tokens_in(answer: Mapping[str, Any]) -> Tokens | None:
    """Return the tokens in an answer, if any; after `/reauthenticate` an access token alone."""
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str):
        return None
    lifetime = lifetime_of(answer.get("expires_in"))
    return Tokens(access, refresh if isinstance(refresh, str) else None, lifetime)


def lifetime_of(seconds: object) -> float:
    """Return a time to live in seconds, as an answer says it."""
    known = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return float(seconds) if known else _DEFAULT_LIFETIME  # type: ignore[arg-type]


def time_left(received_at: float, lifetime: float, now: float) -> float:
    """Return the seconds that a token will live.

    They count from its receipt, by the clock that it was received by: a clock that is wrong does no
    harm. Where the clock was set back since then, nothing is known, and none are left.
    """
    age = now - received_at
    return 0.0 if age < -_CLOCK_STEP else max(0.0, min(lifetime, lifetime - age))


def is_fresh(received_at: float, lifetime: float, now: float) -> bool:
    """Whether a token will still be good when it arrives at the service."""
    return time_left(received_at, lifetime, now) > min(_LONGEST_MARGIN, lifetime / 10)


def subject_of(token: str) -> str | None:
    """Return the user's name as the service writes it; None when the token is no JWT."""
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
