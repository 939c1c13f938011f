"""JWTs in and out: the one file that says `jwt`."""

import json
import re
from functools import lru_cache
from typing import Any

import jwt
from jwt.algorithms import HMACAlgorithm, OKPAlgorithm

from authapi.tokens.keys import KeyRing, SigningKey
from authapi.tokens.rules import LONGEST_TOKEN, TokenInvalid

# Python's base64 skips whatever is none: without this `token;` and `token=` would be tokens, too.
_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

# In ASCII JSON only these four lead to `-` and `_` in base64url, which `atob` does not know.
_ESCAPES = {char: f"\\u{ord(char):04x}" for char in ">?~\x7f"}

_write = json.JSONEncoder(separators=(",", ":")).encode


class _HS256(HMACAlgorithm):
    """PyJWT's, which looks once at a key whether it is a certificate or a JWK by mistake.

    Its own looks at every use, and takes longer for that than for the signature.
    """

    prepare_key = lru_cache(64)(HMACAlgorithm.prepare_key)


_jws = jwt.PyJWS(algorithms=["EdDSA", "ES256", "RS256"])
_jws.register_algorithm("HS256", _HS256(HMACAlgorithm.SHA256))
_jws.register_algorithm("Ed25519", OKPAlgorithm())  # RFC 9864


def encode(claims: dict[str, Any], typ: str, ring: KeyRing) -> str:
    """Sign `claims` as a compact JWT; the payload needs nothing but `atob` to be read.

    With HS256 the same claims and key always give the same token.
    """
    key = ring.signing
    header = {"typ": typ, "kid": key.kid}
    return _jws.encode(_payload(claims), key.private, algorithm=key.algorithm, headers=header)


def decode(token: str, typ: str, ring: KeyRing) -> dict[str, Any]:
    """Return the claims of a token that a key of `ring` signed for `typ`; times are not judged.

    Raises:
        TokenInvalid: for any other string (RFC 8725, 3.1 to 3.11).
    """
    if len(token) > LONGEST_TOKEN or not _COMPACT.fullmatch(token):
        raise TokenInvalid("not in the compact form")
    try:
        key, decoded = _verified(token, ring)
        claims = json.loads(decoded["payload"])
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise TokenInvalid(type(error).__name__) from None
    # Exactly our header: no `jku`, `jwk`, `x5u` or `crit`, and nobody else's `kid` (S32).
    if decoded["header"] != {"alg": key.algorithm, "typ": typ, "kid": key.kid}:
        raise TokenInvalid("header is not ours")
    if not isinstance(claims, dict):
        raise TokenInvalid("payload is not an object")
    return claims


def _payload(claims: dict[str, Any]) -> bytes:
    text = _write(claims)
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)  # four of these are quicker than one `translate`
    return text.encode()


def _verified(token: str, ring: KeyRing) -> tuple[SigningKey, dict[str, Any]]:
    """Return the key that signed a token, and its parts.

    The key that signs now is the likeliest, so the header is looked at twice for older ones only.
    """
    now = ring.signing
    try:
        return now, _jws.decode_complete(token, now.public, algorithms=[now.algorithm])
    except jwt.InvalidTokenError:
        older = ring.find_key(_jws.get_unverified_header(token).get("kid"))
        if older is None or older is now:
            raise
    return older, _jws.decode_complete(token, older.public, algorithms=[older.algorithm])
