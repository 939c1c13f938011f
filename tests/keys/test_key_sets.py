"""Invalid key sets are refused with the reason."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from authapi.settings import Settings, SettingsError
from authapi.tokens import jwks

KEY = jwks.generate(jwks.EDDSA, "one")
SHORT = {
    **json.loads(RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024))),
    "kid": "short",
    "alg": "RS256",
}


def _long() -> dict[str, str]:
    """Return an RSA key of 4,484 bits, of two Mersenne primes: to look for others takes seconds."""
    p, q, e = 2**2203 - 1, 2**2281 - 1, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    exponents = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, *exponents, rsa.RSAPublicNumbers(e, p * q))
    private = numbers.private_key(unsafe_skip_rsa_key_validation=True)  # known primes
    return {**json.loads(RSAAlgorithm.to_jwk(private)), "kid": "l", "alg": "RS256"}


BASE = {"AUTHAPI_ENV": "development"}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("{nonsense", "is not a JWK Set"),
        ('{"keys": []}', "has no key"),
        ('{"keys": [{"alg": "none"}]}', "key 1 needs an alg"),
        ('{"keys": [{"alg": "HS256", "kid": "x"}]}', "key 1 needs an alg"),
        ('{"keys": [{"alg": "EdDSA"}]}', "key 1 needs a kid"),
        (json.dumps({"keys": [{**KEY, "kid": "k" * 65}]}), "key 1 needs a kid of 1 to 64"),
        ('{"keys": [{"alg": "EdDSA", "kid": "x", "kty": "EC"}]}', "key 1 is not one for EdDSA"),
        (json.dumps({"keys": [{**KEY, "x": "AA"}]}), "key 1 is malformed"),
        (json.dumps({"keys": [SHORT]}), "key 1 is shorter than 2048 bits"),
        (json.dumps({"keys": [_long()]}), "key 1 is longer than 4096 bits"),
        (json.dumps({"keys": [{**SHORT, "alg": "ES256"}]}), "key 1 is not one for ES256"),
        (json.dumps({"keys": [{**SHORT, "n": 7}]}), "key 1 is malformed"),
        (json.dumps({"keys": [KEY, KEY]}), "has two keys of one kid"),
        (json.dumps({"keys": [jwks.public(KEY)]}), "cannot sign"),
        ("/nowhere/keys.json", "cannot be read"),
    ],
)
def test_an_unusable_key_set_is_refused_with_the_reason(value: str, reason: str) -> None:
    """S77: The service does not start, and the message does not repeat the key."""
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({**BASE, "JWT_KEYS": value})
    assert f"JWT_KEYS {reason}" in str(refused.value) or reason in str(refused.value)
    assert KEY["d"] not in str(refused.value)


def test_the_key_that_signs_cannot_be_retired() -> None:
    """S39: That would log everybody out."""
    with pytest.raises(jwks.KeySetError, match="rotate first"):
        jwks.retire([KEY], "one")


def test_a_rotation_needs_a_second_key() -> None:
    """S39: With one key there is nothing to rotate to."""
    with pytest.raises(jwks.KeySetError, match="no newer key"):
        jwks.rotate([KEY])
