"""Secrets: hiding them, judging them, deriving keys from them."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from authapi.core.randomness import unpredictable

MINIMUM_BYTES = 32
"""256 bits: the least for HS256 (RFC 7518, 3.2)."""

_MINIMUM_DISTINCT = 10
_MINIMUM_UNPREDICTABLE = 12
"""Of 43 characters of `secrets.token_urlsafe(32)` on average 39 look random, never under 20."""

_PLACEHOLDERS = ("your-", "your_", "changeme", "change-me", "change_me", "replace-me", "replace_me")
_KNOWN = {
    # What FastAPI's and jwt.io's own pages show; people paste them.
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-256-bits-long",
}


class Secret:
    """A string that does not show itself in logs, tracebacks or `repr`.

    Args:
        value: the string.
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
        present: makes everything.
        previous: what was made with it is still believed; None outside of a rotation.
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
    if secret.lower() in _KNOWN or secret.lower().startswith(_PLACEHOLDERS):
        return "is a well-known example"
    if unpredictable(secret) < _MINIMUM_UNPREDICTABLE:
        return "is made of words, rows of keys or repetitions"
    return None


def derive_key(master: Secret, purpose: str) -> bytes:
    """Derive the 32-byte key for one purpose from the master secret (HKDF-SHA256, RFC 5869)."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=b"authapi", info=purpose.encode())
    return hkdf.derive(master.reveal().encode())
