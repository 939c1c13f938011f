"""Asymmetric keys as a JWK Set (RFC 7517): reads, makes, rotates and retires them."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from authapi.tokens.keys import SigningKey

Jwk = dict[str, Any]
EDDSA, ES256, RS256 = "EdDSA", "ES256", "RS256"
PATH = "/.well-known/jwks.json"
"""The path of the public keys."""
ALGORITHMS = (EDDSA, ES256, RS256)
_ED25519 = "Ed25519"
"""The name of EdDSA with this curve in RFC 9864; tokens of a key that has it, have it, too."""

_CURVES = {
    EDDSA: ("OKP", "Ed25519"),
    _ED25519: ("OKP", "Ed25519"),
    ES256: ("EC", "P-256"),
    RS256: ("RSA", None),
}
_READ = {
    EDDSA: OKPAlgorithm.from_jwk,
    _ED25519: OKPAlgorithm.from_jwk,
    ES256: ECAlgorithm.from_jwk,
    RS256: RSAAlgorithm.from_jwk,
}
_PUBLIC = ("kty", "crv", "x", "y", "n", "e")
_SHORTEST_RSA, _NEW_RSA, _LONGEST_RSA = 2048, 3072, 4096
"""Bits: the minimum of RFC 7518, 3.3; as strong as the other algorithms (ASVS 11.2.3); the most
that leaves room in a token for a long name, roles and an app's claims."""

_LONGEST_KID = 64


class KeySetError(ValueError):
    """The key set cannot be used; the message says why and repeats nothing secret."""


def parse(text: str) -> list[Jwk]:
    """Read a JWK Set.

    Raises:
        KeySetError: when it is not one that can sign and verify.
    """
    try:
        keys = json.loads(text)["keys"]
        found = [dict(key) for key in keys]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise KeySetError('is not a JWK Set: {"keys": [...]}') from None
    for number, key in enumerate(found, 1):
        if problem := _problem(key):
            raise KeySetError(f"key {number} {problem}")
    if not found:
        raise KeySetError("has no key")
    if len({key["kid"] for key in found}) != len(found):
        raise KeySetError("has two keys of one kid")
    if "d" not in found[0]:
        raise KeySetError("cannot sign: the first key has no private part")
    return found


def signing_keys(keys: list[Jwk]) -> list[SigningKey]:
    """Return the usable form of keys that `parse` returned, in their order."""
    return [_signing_key(key) for key in keys]


def generate(algorithm: str, kid: str) -> Jwk:
    """Make a new private key for one of `ALGORITHMS`: Ed25519, P-256, or RSA of 3,072 bits."""
    if algorithm == EDDSA:
        made: Jwk = OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)
    elif algorithm == RS256:
        made = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, _NEW_RSA), as_dict=True)
    else:
        made = ECAlgorithm.to_jwk(generate_private_key(SECP256R1()), as_dict=True)
    made.pop("key_ops", None)
    return {**made, "kid": kid, "alg": algorithm, "use": "sig"}


def public(key: Jwk) -> Jwk:
    """Return the public half of a key."""
    half = {name: key[name] for name in _PUBLIC if name in key}
    return {**half, "kid": key["kid"], "alg": key["alg"], "use": "sig"}


def rotate(keys: list[Jwk]) -> list[Jwk]:
    """Make the newest key the one that signs; the others go on verifying, by their public halves.

    Without its private part an older one never signs again, also when this is run twice.

    Raises:
        KeySetError: when there is no newer key that can sign.
    """
    *older, newest = keys
    if not older or "d" not in newest:
        raise KeySetError("has no newer key: add one first, and let every server read it")
    return [newest, *map(public, older)]


def retire(keys: list[Jwk], kid: str) -> list[Jwk]:
    """Remove a key; what it signed is refused from then on.

    Raises:
        KeySetError: when there is none of that kid, or it is the one that signs.
    """
    if keys[0]["kid"] == kid:
        raise KeySetError("cannot retire the key that signs: rotate first")
    left = [key for key in keys if key["kid"] != kid]
    if len(left) == len(keys):
        raise KeySetError("has no key of that kid")
    return left


def _problem(key: Jwk) -> str | None:
    if key.get("alg") not in _CURVES:
        return f"needs an alg: {' or '.join(ALGORITHMS)}"
    if not isinstance(key.get("kid"), str) or not 1 <= len(key["kid"]) <= _LONGEST_KID:
        return f"needs a kid of 1 to {_LONGEST_KID} characters"
    if (key.get("kty"), key.get("crv")) != _CURVES[key["alg"]]:
        return f"is not one for {key['alg']}"
    try:
        usable = _signing_key(key)
    except (InvalidKeyError, ValueError, TypeError, KeyError):
        return "is malformed"
    if key["alg"] == RS256 and usable.public.key_size < _SHORTEST_RSA:
        return f"is shorter than {_SHORTEST_RSA} bits"
    if key["alg"] == RS256 and usable.public.key_size > _LONGEST_RSA:
        return f"is longer than {_LONGEST_RSA} bits"
    return None


def _signing_key(key: Jwk) -> SigningKey:
    read = _READ[key["alg"]]
    half = public(key)
    private = read(key) if "d" in key else None
    return SigningKey(key["kid"], key["alg"], private, read(half), half)
