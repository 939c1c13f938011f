"""Crockford's base32: for codes that people read and type."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 5
"""Bits that one character encodes."""

_MISREAD = str.maketrans("OIL", "011", " -")


def encode(number: int, length: int) -> str:
    """Return the lowest `BITS * length` bits of a number as `length` characters."""
    return "".join(ALPHABET[number >> BITS * place & 31] for place in reversed(range(length)))


def normalise(typed: str) -> str:
    """Return the code that was meant: without case, spaces and dashes, and with `0` for `O`."""
    return typed.upper().translate(_MISREAD)
