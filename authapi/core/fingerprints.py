"""Fingerprints: keyed digests that recognise a value without keeping it."""

import hmac
from collections.abc import Iterable

from authapi.core.secrets import MasterSecrets, derive_key


class Fingerprints:
    """HMAC-SHA256 under a derived key: a copy of the database alone does not give values away.

    Args:
        masters: the secrets that keys are derived from; what was stored under the previous one can
            still be found.
    """

    def __init__(self, masters: MasterSecrets) -> None:
        self._keys = [derive_key(secret, "fingerprint key") for secret in masters]

    def of(self, *parts: str) -> str:
        """Return the digest of `parts`, in hex; ("ab", "c") and ("a", "bc") have different ones."""
        return _digest(self._keys[0], framed(parts))

    def all_of(self, *parts: str) -> list[str]:
        """Return the digest of `parts` under each key, the present one first."""
        message = framed(parts)
        return [_digest(key, message) for key in self._keys]


def _digest(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, "sha256").hex()


def framed(parts: Iterable[str]) -> bytes:
    """Join `parts` unambiguously: each in UTF-8, after its length in four bytes."""
    framed = bytearray()
    for part in parts:
        raw = part.encode()
        framed += len(raw).to_bytes(4, "big")
        framed += raw
    return bytes(framed)
