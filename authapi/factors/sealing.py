"""Sealing: AES-256-GCM, so that what is stored is neither read nor changed nor moved elsewhere."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authapi.core.fingerprints import framed

KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(Exception):
    """The box is not one that this key sealed for this purpose."""


def new_key() -> bytes:
    """Return a random key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, secret: bytes, *purpose: str) -> bytes:
    """Return `secret` in a box: a random nonce (NIST SP 800-38D, 8.2.2) and the ciphertext.

    Args:
        key: of `KEY_BYTES` bytes.
        secret: what is hidden.
        purpose: what the box is for and whose; it opens for nothing else.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret, framed(purpose))


def unseal(key: bytes, box: bytes, *purpose: str) -> bytes:
    """Return what is in a box.

    Raises:
        SealBroken: when it was sealed with another key, for another purpose, or was changed.
    """
    nonce, ciphertext = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, framed(purpose))
    except (InvalidTag, ValueError):
        raise SealBroken from None
