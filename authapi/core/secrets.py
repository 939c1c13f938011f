"""Secrets: hides them, says which are too weak, derives keys from them."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from authapi.core.disguises import as_typed, is_row, readings
from authapi.core.randomness import unpredictable

MINIMUM_BYTES = 32
"""256 bits: the least for HS256 (RFC 7518, 3.2)."""

_MINIMUM_DISTINCT = 8
_MINIMUM_UNPREDICTABLE = 12
"""Of the 43 characters of `secrets.token_urlsafe(32)` 38 look random on average, always over 16."""

_PLACEHOLDERS = (
    *("your-", "your_", "changeme", "change-me", "change_me", "replace-me", "replace_me"),
    *("insecure-", "insecure_", "django-insecure"),
)
_KNOWN = {
    # Examples of FastAPI, jwt.io and RFC 9562, and digests of an empty text: people paste them.
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-256-bits-long",
    "123e4567-e89b-12d3-a456-426614174000",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}


class Secret:
    """A string that does not show itself in logs, tracebacks or `repr`.

    Args:
        source: the file that it was read from, if it was.
    """

    __slots__ = ("_value", "source")

    def __init__(self, value: str, source: Path | None = None) -> None:
        self._value = value
        self.source = source

    def reveal(self) -> str:
        """Return the hidden string."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._value.encode(), other._value.encode()
        )

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True)
class MasterSecrets:
    """The secret that keys are derived from, and the one before it (S112).

    Attributes:
        present: new keys are derived from it.
        previous: its keys still verify; None outside of a rotation.
    """

    present: Secret
    previous: Secret | None = None

    def __iter__(self) -> Iterator[Secret]:
        return iter([self.present] if self.previous is None else [self.present, self.previous])


def weakness(secret: str) -> str | None:
    """Say why `secret` must not sign tokens, or return None when it may (S38, S131)."""
    if len(secret.encode()) < MINIMUM_BYTES:
        return f"is shorter than {MINIMUM_BYTES} bytes"
    if len(set(secret)) < _MINIMUM_DISTINCT:
        return "repeats a few characters only"
    return why_guessable(secret)


def why_guessable(secret: str, minimum: int = _MINIMUM_UNPREDICTABLE) -> str | None:
    """Say why somebody could guess `secret`, or return None.

    Args:
        secret: of any length.
        minimum: how many of its characters must look random.
    """
    if secret.lower() in _KNOWN or secret.lower().startswith(_PLACEHOLDERS):
        return "is a well-known example"
    if not any(map(str.isalpha, secret)):
        return "is made of digits"
    if unpredictable(secret) < minimum:
        return "is made of words, rows of keys or repetitions"
    for data in readings(secret):
        typed = as_typed(data)
        if is_row(data) or (typed is not None and why_guessable(typed, minimum)):
            return "is the encoding of what could be guessed"
    return None


def key_id(key: bytes) -> str:
    """Return a public name of a derived key; it tells nothing about the key."""
    return hashlib.sha256(b"kid:" + key).hexdigest()[:12]


def derive_key(master: Secret, purpose: str) -> bytes:
    """Derive the 32-byte key for one purpose from the master secret (HKDF-SHA256, RFC 5869)."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=b"authapi", info=purpose.encode())
    return hkdf.derive(master.reveal().encode())
