"""Several strings as one, so that where each of them ends is part of it."""

from collections.abc import Iterable


def framed(parts: Iterable[str]) -> bytes:
    """Return `parts` in one: each as UTF-8, with its length in four bytes before it."""
    framed = bytearray()
    for part in parts:
        raw = part.encode()
        framed += len(raw).to_bytes(4, "big")
        framed += raw
    return bytes(framed)
