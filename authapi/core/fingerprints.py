"""Fingerprints: keyed digests that recognise a value without keeping it."""

import hmac

from authapi.core.secrets import Secret, derive_key


class Fingerprints:
    """HMAC-SHA256 under a key of its own, so that a copy of the database recognises nothing."""

    def __init__(self, master: Secret) -> None:
        self._key = derive_key(master, "fingerprint key")

    def of(self, *parts: str) -> str:
        """Return the digest, in hex, of `parts`; where one part ends is part of it."""
        framed = b"".join(
            len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts)
        )
        return hmac.digest(self._key, framed, "sha256").hex()
