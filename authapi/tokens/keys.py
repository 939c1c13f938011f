"""The keys of tokens, each with its `kid`; the first of a ring signs, all verify."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from authapi.core.secrets import Secret, derive_key, key_id

SYMMETRIC = "HS256"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key and its public name.

    Attributes:
        kid: names the key in a token's header.
        algorithm: the one algorithm that it is used with (RFC 8725, 3.1).
        private: signs; None for a key that only verifies.
        public: verifies; for HS256 the same bytes.
        jwk: what `/.well-known/jwks.json` says of it; None for HS256.
    """

    kid: str
    algorithm: str
    private: Any
    public: Any
    jwk: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"SigningKey(kid={self.kid!r}, algorithm={self.algorithm!r})"


class KeyRing:
    """The keys for one purpose: the first signs, every one of them verifies."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self.signing = keys[0]
        self._by_kid = {key.kid: key for key in keys}

    def find_key(self, kid: object) -> SigningKey | None:
        """Return the key of that name, or None."""
        return self._by_kid.get(kid) if isinstance(kid, str) else None

    def public_jwks(self) -> list[dict[str, str]]:
        """Return the public keys (RFC 7517); HS256 has none."""
        return [key.jwk for key in self._by_kid.values() if key.jwk is not None]


def derived_key(master: Secret, purpose: str) -> SigningKey:
    """Derive the HS256 key for `purpose`."""
    secret = derive_key(master, f"{purpose} signing key")
    return SigningKey(key_id(secret), SYMMETRIC, secret, secret)
