"""Credentials of services: what one program shows to another."""

import re

from authapi.core.secrets import Secret, why_guessable

_MINIMUM_UNPREDICTABLE = 6
"""Of 32 characters of `secrets.token_urlsafe(24)` on average 28 look random, never under 11."""
_TEXT = re.compile(r"[\x21-\x7e]{16,200}")


def credential(text: str) -> Secret:
    """Return the credential that a setting names.

    Raises:
        ValueError: when it could be guessed.
    """
    if why_guessable(text, _MINIMUM_UNPREDICTABLE) or not _TEXT.fullmatch(text):
        raise ValueError(
            "must be 16 to 200 visible ASCII characters, not words, digits or a few over and over; "
            "make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(24))'"
        )
    return Secret(text)
