"""The keys that sign tokens: one per purpose, derived from the master secret."""

import hashlib
from dataclasses import dataclass

from authapi.core.secrets import Secret, derive_key


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key for one purpose, and its public name."""

    kid: str
    secret: bytes

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid!r})"


def signing_key(master: Secret, purpose: str) -> SigningKey:
    """Derive the HS256 key for `purpose`; its `kid` tells keys apart and tells nothing else."""
    secret = derive_key(master, f"{purpose} signing key")
    kid = hashlib.sha256(b"kid:" + secret).hexdigest()[:12]
    return SigningKey(kid, secret)
