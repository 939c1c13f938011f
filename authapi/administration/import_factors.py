"""The second step of an imported user: pure decisions, and no message repeats a value."""

import re
from collections.abc import Mapping
from typing import Any

from authapi.administration.errors import LineError
from authapi.administration.extended_json import bare, leaves, plain
from authapi.factors.rules import read_secret

# Compared as `bare` writes it.
_SECOND_STEP = re.compile(
    r"(?:is|has|uses?|users?|account|google|phone|sms)*"
    r"(?:2fa|mfa|otp|totp|twofactor|secondfactor|multifactor|authenticator|webauthn|u2f|yubikey)"
    r"(?:auth(?:entication)?|is|enabled|active|activated|on|required|confirmed|verified|setup|at"
    r"|for|login|app|secrets?|keys?|seed|methods?|devices?|types?|factors?|enrolled|configured"
    r"|recovery|backup|codes?|info)*"
)
_OFF = {"false", "0", "no", "f", "n", "off", "none", "disabled", "[]", "{}"}


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
        for path, inner in leaves(name, value):
            if any(map(is_second_step, path.split("."))) and _is_on(plain(inner)):
                raise LineError(
                    f"{path} may say that a second step is asked for; add its totp_secret, or let"
                    f" the password be enough with --ignore {name}"
                )
    return None


def is_second_step(name: str) -> bool:
    """Tell whether a member of that name is about a second step."""
    return _SECOND_STEP.fullmatch(bare(name)) is not None


def _is_on(value: object) -> bool:
    return bool(value) and str(value).lower() not in _OFF
