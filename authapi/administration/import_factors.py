"""The second step of an imported user: pure decisions, and no message repeats a value."""

import re
from collections.abc import Mapping
from typing import Any

from authapi.administration.errors import LineError
from authapi.administration.extended_json import bare, plain
from authapi.factors.rules import read_secret

# Compared as `bare` writes it.
_SECOND_STEP = re.compile(
    r"(?:is|has|uses?)?(?:2fa|mfa|otp|totp|twofactor|secondfactor|multifactor)(?:auth)?"
    r"(?:is)?(?:enabled|active|on|required|confirmed|verified)?"
)
_OFF = {"false", "0", "no", "f", "n", "off", "none", "disabled"}


def totp_secret(found: Mapping[str, Any]) -> str | None:
    """Return the secret of an imported user's authenticator app, or None where there is none.

    Raises:
        LineError: when it is no secret, or a second step was on whose secret is not there: the
            password would be enough from then on (S137).
    """
    if text := found.get("totp_secret"):
        secret = read_secret(text) if isinstance(text, str) else None
        if secret is None:
            raise LineError("totp_secret is no secret of an authenticator app: base32 of 128 bits")
        return secret
    for name, value in found.items():
        if _SECOND_STEP.fullmatch(bare(name)) and _is_on(plain(value)):
            raise LineError(
                f"{name} may say that a second step is asked for; add its totp_secret, or let the"
                f" password be enough with --ignore {name}"
            )
    return None


def _is_on(value: object) -> bool:
    return bool(value) and str(value).lower() not in _OFF
