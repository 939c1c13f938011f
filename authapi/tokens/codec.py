"""Encodes and decodes JWTs; the only file that imports `jwt`."""

import json
import re
from functools import lru_cache
from typing import Any

import jwt
from jwt.algorithms import HMACAlgorithm, OKPAlgorithm

from authapi.tokens.keys import KeyRing, SigningKey
from authapi.tokens.rules import LONGEST_TOKEN, TokenInvalid

# Python's base64 skips other characters: without this `token;` and `token=` would be accepted.
_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

# In ASCII JSON only these four make `-` and `_` in base64url, which `atob` does not decode.
_ESCAPES = {char: f"\\u{ord(char):04x}" for char in ">?~\x7f"}

_write = json.JSONEncoder(separators=(",", ":")).encode


class _HS256(HMACAlgorithm):
    """PyJWT's HS256, which checks a key once for being a certificate or a JWK by mistake.

    PyJWT checks at every use, and takes longer for that than for the signature.
    """

    prepare_key = lru_cache(64)(HMACAlgorithm.prepare_key)


_jws = jwt.PyJWS(algorithms=["EdDSA", "ES256", "RS256"])
_jws.register_algorithm("HS256", _HS256(HMACAlgorithm.SHA256))
_jws.register_algorithm("Ed25519", OKPAlgorithm())  # RFC 9864


def encode(claims: dict[str, Any], typ: str, ring: KeyRing) -> str:
    """Sign `claims` as a compact JWT, whose payload `atob` can decode.

    With HS256 the same claims and key always give the same token.
    """
    key = ring.signing
    header = {"typ": typ, "kid": key.kid}
    return _jws.encode(_payload(claims), key.private, algorithm=key.algorithm, headers=header)


def decode(token: str, typ: str, ring: KeyRing) -> dict[str, Any]:
    """Return the claims of a token that a key of `ring` signed for `typ`; times are not checked.

    Raises:
        TokenInvalid: for any other text (RFC 8725, 3.1 to 3.11).
    """
    if len(token) > LONGEST_TOKEN or not _COMPACT.fullmatch(token):
        raise TokenInvalid("not in the compact form")
    try:
        key, decoded = _verified(token, ring)
        claims = json.loads(decoded["payload"])
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise TokenInvalid(type(error).__name__) from None
    # Exactly our header: no `jku`, `jwk`, `x5u` or `crit`, and no unknown `kid` (S32).
    if decoded["header"] != {"alg": key.algorithm, "typ": typ, "kid": key.kid}:
        raise TokenInvalid("header is not ours")
    if not isinstance(claims, dict):
        raise TokenInvalid("payload is not an object")
    return claims


def _payload(claims: dict[str, Any]) -> bytes:
    text = _write(claims)
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)  # four calls are quicker than one `translate`
    return text.encode()


def _verified(token: str, ring: KeyRing) -> tuple[SigningKey, dict[str, Any]]:
    """Return the key that signed a token, and its parts.

    The signing key is tried first: so only tokens of older keys have their header read twice.
    """
    now = ring.signing
    try:
        return now, _jws.decode_complete(token, now.public, algorithms=[now.algorithm])
    except jwt.InvalidTokenError:
        older = ring.find_key(_jws.get_unverified_header(token).get("kid"))
        if older is None or older is now:
            raise
    return older, _jws.decode_complete(token, older.public, algorithms=[older.algorithm])
