"""JWTs in and out: the one file that says `jwt`."""

import json
import re
from typing import Any

import jwt

from authapi.tokens.keys import KeyRing, SigningKey
from authapi.tokens.rules import TokenInvalid

MAXIMUM_LENGTH = 4096
"""Characters; a token of ours is far shorter, a longer one is not worth a look."""

# Python's base64 skips whatever is none: without this `token;` and `token=` would be tokens, too.
_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

# In ASCII JSON only these four lead to `-` and `_` in base64url, which `atob` does not know.
_ESCAPES = str.maketrans({char: f"\\u{ord(char):04x}" for char in ">?~\x7f"})

_jws = jwt.PyJWS(algorithms=["HS256", "EdDSA", "ES256"])


def encode(claims: dict[str, Any], typ: str, ring: KeyRing) -> str:
    """Sign `claims` as a compact JWT; the payload needs nothing but `atob` to be read.

    With HS256 the same claims and key always give the same token.
    """
    key = ring.signing
    payload = json.dumps(claims, separators=(",", ":")).translate(_ESCAPES).encode()
    header = {"typ": typ, "kid": key.kid}
    return _jws.encode(payload, key.private, algorithm=key.algorithm, headers=header)


def decode(token: str, typ: str, ring: KeyRing) -> dict[str, Any]:
    """Return the claims of a token that a key of `ring` signed for `typ`; times are not judged.

    Raises:
        TokenInvalid: for any other string (RFC 8725, 3.1 to 3.11).
    """
    if len(token) > MAXIMUM_LENGTH or not _COMPACT.fullmatch(token):
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


def _verified(token: str, ring: KeyRing) -> tuple[SigningKey, dict[str, Any]]:
    """Return the key that signed a token, and its parts.

    The key that signs now is the likeliest, so the header is looked at twice for older ones only.
    """
    now = ring.signing
    try:
        return now, _jws.decode_complete(token, now.public, algorithms=[now.algorithm])
    except jwt.InvalidTokenError:
        older = ring.find(_jws.get_unverified_header(token).get("kid"))
        if older is None or older is now:
            raise
    return older, _jws.decode_complete(token, older.public, algorithms=[older.algorithm])
