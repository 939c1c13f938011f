"""Whether numbers are counted for Prometheus."""

from __future__ import annotations

import re
from dataclasses import dataclass

from authapi.core.environment import variable
from authapi.core.randomness import unpredictable
from authapi.core.secrets import Secret

_MINIMUM_UNPREDICTABLE = 6
"""Of 32 characters of `secrets.token_urlsafe(24)` on average 30 look random, never under 12."""
_TEXT = re.compile(r"[\x21-\x7e]{16,200}")


def _credential(text: str) -> Secret:
    if unpredictable(text) < _MINIMUM_UNPREDICTABLE or not _TEXT.fullmatch(text):
        raise ValueError(
            "must be 16 to 200 visible ASCII characters, not words or a few over and over; "
            "make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(24))'"
        )
    return Secret(text)


@dataclass(frozen=True)
class MetricsSettings:
    """What a scrape has to show."""

    metrics_token: Secret | None = variable("METRICS_TOKEN", None, _credential, secret=True)
