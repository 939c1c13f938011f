"""Credentials of services: secrets that one program shows to another."""

import re

from authapi.core.secrets import Secret, why_guessable

_MINIMUM_UNPREDICTABLE = 6
"""Of the 32 characters of `secrets.token_urlsafe(24)` 28 look random on average, always over 10."""
_TEXT = re.compile(r"[\x21-\x7e]{16,200}")


def credential(text: str) -> Secret:
    """Read a credential: 16 to 200 visible ASCII characters.

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
