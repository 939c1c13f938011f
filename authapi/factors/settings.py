"""What authenticator apps show."""

import re
from dataclasses import dataclass

from authapi.core.environment import variable
from authapi.core.parsers import pattern

_NAME = pattern(re.compile(r"[^:\x00-\x1f]{1,64}"), "1 to 64 characters without a colon")


@dataclass(frozen=True)
class FactorSettings:
    """The second factors' part of the settings."""

    totp_issuer: str = variable("TOTP_ISSUER", "authapi", _NAME)
