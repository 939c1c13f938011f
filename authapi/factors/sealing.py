"""Sealing by AES-256-GCM: what is stored cannot be read, changed or used elsewhere."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authapi.core.fingerprints import framed

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The box was not sealed by this key for this purpose."""


def new_key() -> bytes:
    """Return a random key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, secret: bytes, *purpose: str) -> bytes:
    """Encrypt `secret`: the box is a random nonce (NIST SP 800-38D, 8.2.2) and the ciphertext.

    Args:
        key: of `KEY_BYTES` bytes.
        secret: the plaintext.
        purpose: what the box is for, and whose; authenticated, so that it opens for nothing else.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, framed(purpose))


def unseal(key: bytes, box: bytes, *purpose: str) -> bytes:
    """Return the secret in a box.

    Raises:
        SealBroken: when it was sealed with another key, for another purpose, or was changed.
    """
    nonce, ciphertext = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, framed(purpose))
    except (InvalidTag, ValueError):
        raise SealBroken from None
