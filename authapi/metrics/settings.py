"""Whether numbers are counted for Prometheus."""

from __future__ import annotations

import re
from dataclasses import dataclass

from authapi.core.environment import variable
from authapi.core.secrets import Secret

_TEXT = re.compile(r"[\x21-\x7e]{16,200}")


def _credential(text: str) -> Secret:
    if len(set(text)) < 8 or not _TEXT.fullmatch(text):
        raise ValueError(
            "must be 16 to 200 visible ASCII characters, not a few over and over; make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(24))'"
        )
    return Secret(text)


@dataclass(frozen=True)
class MetricsSettings:
    """What a scrape has to show."""

    metrics_token: Secret | None = variable("METRICS_TOKEN", None, _credential)
