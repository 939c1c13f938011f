"""JWTs in and out: the one file that says `jwt`."""

import json
import re
from typing import Any

import jwt

from authapi.tokens.keys import SigningKey
from authapi.tokens.rules import TokenInvalid

ALGORITHM = "HS256"
MAXIMUM_LENGTH = 4096
"""Characters; a token of ours is far shorter, a longer one is not worth a look."""

# Python's base64 skips whatever is none: without this `token;` and `token=` would be tokens, too.
_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

# In ASCII JSON only these four lead to `-` and `_` in base64url, which `atob` does not know.
_ESCAPES = str.maketrans({char: f"\\u{ord(char):04x}" for char in ">?~\x7f"})

_jws = jwt.PyJWS(algorithms=[ALGORITHM])


def encode(claims: dict[str, Any], typ: str, key: SigningKey) -> str:
    """Sign `claims` as a compact JWT; the payload needs nothing but `atob` to be read.

    The same claims and key always give the same token.
    """
    payload = json.dumps(claims, separators=(",", ":")).translate(_ESCAPES).encode()
    header = {"typ": typ, "kid": key.kid}
    return _jws.encode(payload, key.secret, algorithm=ALGORITHM, headers=header)


def decode(token: str, typ: str, key: SigningKey) -> dict[str, Any]:
    """Return the claims of a token that `key` signed for the purpose `typ`; times are not judged.

    Raises:
        TokenInvalid: for any other string (RFC 8725, 3.1 to 3.11).
    """
    if len(token) > MAXIMUM_LENGTH or not _COMPACT.fullmatch(token):
        raise TokenInvalid("not in the compact form")
    try:
        decoded = _jws.decode_complete(token, key.secret, algorithms=[ALGORITHM])
        claims = json.loads(decoded["payload"])
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise TokenInvalid(type(error).__name__) from None
    # Exactly our header: no `jku`, `jwk`, `x5u` or `crit`, and nobody else's `kid` (S32).
    if decoded["header"] != {"alg": ALGORITHM, "typ": typ, "kid": key.kid}:
        raise TokenInvalid("header is not ours")
    if not isinstance(claims, dict):
        raise TokenInvalid("payload is not an object")
    return claims
