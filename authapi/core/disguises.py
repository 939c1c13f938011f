"""Decodes secrets: a word in Base64 or hexadecimal digits is as easily guessed as the word."""

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

_MOST_STEPS = 2
_PREFIX = re.compile(r"^(?:base64:|0x|hex:)", re.IGNORECASE)
_SEPARATORS = re.compile(r"(?<=[0-9A-Fa-f]{2})[\s:-](?=[0-9A-Fa-f]{2})")


def readings(text: str) -> Iterator[bytes]:
    """Yield what `text` may be an encoding of: hexadecimal digits, Base32, Base64, Base85."""
    bare = _PREFIX.sub("", text).rstrip("=")
    for decode in (_hex, _base32, _base64, base64.b85decode, base64.a85decode):
        with suppress(ValueError):
            yield decode(bare)


def is_row(data: bytes) -> bool:
    """Tell whether bytes are an arithmetic series: all zero, or 0, 1, 2, 3."""
    return len({(after - before) % 256 for before, after in pairwise(data)}) <= _MOST_STEPS


def as_typed(data: bytes) -> str | None:
    """Return bytes as text that somebody may have typed; None for any others."""
    text = data.decode("utf-8", "replace").strip()
    return text if text.isprintable() and "\ufffd" not in text else None


def _hex(text: str) -> bytes:
    return bytes.fromhex(_SEPARATORS.sub("", text))


def _base32(text: str) -> bytes:
    return base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)


def _base64(text: str) -> bytes:
    standard = text.replace("-", "+").replace("_", "/")
    return base64.b64decode(standard + "=" * (-len(text) % 4), validate=True)
