"""Fingerprints: keyed digests that recognise a value without keeping it."""

import hmac

from authapi.core.secrets import Secret, derive_key


class Fingerprints:
    """HMAC-SHA256 under a key of its own, so that a copy of the database recognises nothing.

    Args:
        master: the secret that the key is derived from.
        previous: the one before it; what was stored under it can still be found.
    """

    def __init__(self, master: Secret, previous: Secret | None = None) -> None:
        secrets = [master, previous] if previous else [master]
        self._keys = [derive_key(secret, "fingerprint key") for secret in secrets]

    def of(self, *parts: str) -> str:
        """Return the digest, in hex, of `parts`; where one part ends is part of it."""
        return self.all_of(*parts)[0]

    def all_of(self, *parts: str) -> list[str]:
        """Return the digest of `parts` under each key, the present one first."""
        framed = b"".join(
            len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts)
        )
        return [hmac.digest(key, framed, "sha256").hex() for key in self._keys]
