"""What a password may be, and the one form in which it is hashed."""

import unicodedata

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 1024


def normalise(password: str) -> str:
    """Return `password` in NFC, so that it is the same from every keyboard (RFC 8265, 4.2; S5)."""
    return unicodedata.normalize("NFC", password)


def problems(password: str) -> list[str]:
    """Return why `password` is refused; lengths count code points (ASVS 6.2.1, 6.2.9).

    There is no composition rule, and nothing is trimmed or truncated (ASVS 6.2.5, 6.2.8).
    """
    if len(password) > MAXIMUM_LENGTH:
        return [f"Password must be at most {MAXIMUM_LENGTH} characters long."]
    if len(normalise(password)) < MINIMUM_LENGTH:
        return [f"Password must be at least {MINIMUM_LENGTH} characters long."]
    return []
