"""Password hashes as other programs write them: recognised, capped and verified.

The caps bound what a stored hash may cost to check, so that an imported one cannot take the
server down (S11).
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

import bcrypt
from argon2 import PasswordHasher as Argon2Hasher
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from werkzeug.security import check_password_hash

MAX_ARGON2_KIB = 256 * 1024
MAX_ARGON2_KIB_PASSED = 1024 * 1024  # all passes together: a second or two
MAX_ARGON2_PASSES = 16
MAX_ARGON2_LANES = 16
MAX_SCRYPT_BYTES = 64 * 1024 * 1024
MAX_SCRYPT_BYTES_OF_ALL_LANES = 2 * MAX_SCRYPT_BYTES
MAX_SCRYPT_LANES = 16
MAX_PBKDF2_ROUNDS = 2_000_000
MAX_BCRYPT_COST = 14
_BCRYPT_BYTES = 72
_LONGEST = 1024
_DIGEST_BYTES = {"sha1": 20, "sha256": 32, "sha512": 64}
_ARGON2 = Argon2Hasher()  # checks a hash at the cost that the hash names

Found = re.Match[str]


@dataclass(frozen=True, slots=True)
class Format:
    """A way of writing a password's hash.

    Attributes:
        start: how every hash of this kind begins, damaged ones as well.
        pattern: of a whole one.
        affordable: says whether to check it stays under the caps.
        verify: says whether a password belongs to it; raises ValueError for a damaged one.
    """

    start: str
    pattern: re.Pattern[str]
    affordable: Callable[[Found], bool]
    verify: Callable[[str, Found], bool]


def find_format(stored: str) -> tuple[Format, Found] | None:
    """Return the format of `stored` with its parts; None when it is unknown or over the caps."""
    if not stored.isascii() or len(stored) > _LONGEST:
        return None
    for form in FORMATS:
        found = form.pattern.fullmatch(stored)
        if found is not None:
            return (form, found) if form.affordable(found) else None
    return None


def looks_like_a_hash(stored: str) -> bool:
    """Tell whether `stored` begins like a known format; it may be damaged or over the caps."""
    return stored.startswith(tuple(form.start for form in FORMATS))


def _argon2_affordable(found: Found) -> bool:
    try:
        cost = extract_parameters(found[0])
    except (InvalidHashError, ValueError, binascii.Error):
        return False
    return (
        cost.memory_cost <= MAX_ARGON2_KIB
        and cost.time_cost <= MAX_ARGON2_PASSES
        and cost.memory_cost * cost.time_cost <= MAX_ARGON2_KIB_PASSED
        and cost.parallelism <= MAX_ARGON2_LANES
    )


def _argon2_verify(password: str, found: Found) -> bool:
    try:
        return _ARGON2.verify(found[0], password)
    except (VerificationError, InvalidHashError):
        return False


def _bcrypt_affordable(found: Found) -> bool:
    return int(found["cost"]) <= MAX_BCRYPT_COST


def _bcrypt_verify(password: str, found: Found) -> bool:
    return bcrypt.checkpw(password.encode()[:_BCRYPT_BYTES], found[0].encode())


def _scrypt_affordable(found: Found) -> bool:
    n, r, p = (int(found[name]) for name in "nrp")
    return _lanes_affordable(n, r, p)


def _lanes_affordable(n: int, r: int, p: int) -> bool:
    size = 128 * n * r
    return (
        size <= MAX_SCRYPT_BYTES
        and size * p <= MAX_SCRYPT_BYTES_OF_ALL_LANES
        and p <= MAX_SCRYPT_LANES
    )


def _werkzeug_verify(password: str, found: Found) -> bool:
    return check_password_hash(found[0], password)


def _pbkdf2_affordable(found: Found) -> bool:
    return 1 <= int(found["rounds"]) <= MAX_PBKDF2_ROUNDS


def _django_verify(password: str, found: Found) -> bool:
    return _pbkdf2(password, found, found["salt"].encode(), _base64(found["digest"]))


def _passlib_verify(password: str, found: Found) -> bool:
    return _pbkdf2(
        password, found, _adapted_base64(found["salt"]), _adapted_base64(found["digest"])
    )


def _pbkdf2(password: str, found: Found, salt: bytes, digest: bytes) -> bool:
    name = found["hash"] or "sha1"
    made = hashlib.pbkdf2_hmac(
        name, password.encode(), salt, int(found["rounds"]), _DIGEST_BYTES[name]
    )
    return hmac.compare_digest(made, digest)


def _firebase_affordable(found: Found) -> bool:
    return _lanes_affordable(1 << int(found["n"]), int(found["r"]), int(found["p"]))


def _firebase_verify(password: str, found: Found) -> bool:
    """Check Firebase's scrypt: the signer key, encrypted with what the password derives."""
    n, r, p = 1 << int(found["n"]), int(found["r"]), int(found["p"])
    salt = _base64(found["salt"]) + _base64(found["separator"])
    key = hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, dklen=32, maxmem=2 * MAX_SCRYPT_BYTES
    )
    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return hmac.compare_digest(encryptor.update(_base64(found["key"])), _base64(found["digest"]))


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _adapted_base64(text: str) -> bytes:
    """Decode passlib's base64: a dot for the plus, and no padding."""
    return _base64(text.replace(".", "+") + "=" * (-len(text) % 4))


_B64 = r"[A-Za-z0-9+/]+={0,2}"
_AB64 = r"[A-Za-z0-9./]+"

FORMATS = (
    Format("$argon2", re.compile(r"\$argon2.*"), _argon2_affordable, _argon2_verify),
    Format(
        "$2",
        re.compile(r"\$2[abxy]\$(?P<cost>\d\d)\$[./A-Za-z0-9]{53}"),
        _bcrypt_affordable,
        _bcrypt_verify,
    ),
    Format(  # werkzeug
        "scrypt:",
        re.compile(r"scrypt:(?P<n>\d{1,9}):(?P<r>\d{1,4}):(?P<p>\d{1,4})\$[^$]+\$[0-9a-f]+"),
        _scrypt_affordable,
        _werkzeug_verify,
    ),
    Format(  # werkzeug
        "pbkdf2:",
        re.compile(r"pbkdf2:(?:sha1|sha256|sha512):(?P<rounds>\d{1,9})\$[^$]+\$[0-9a-f]+"),
        _pbkdf2_affordable,
        _werkzeug_verify,
    ),
    Format(  # Django
        "pbkdf2_",
        re.compile(
            rf"pbkdf2_(?P<hash>sha1|sha256)\$(?P<rounds>\d{{1,9}})\$(?P<salt>[^$]+)"
            rf"\$(?P<digest>{_B64})"
        ),
        _pbkdf2_affordable,
        _django_verify,
    ),
    Format(  # passlib; without a name it is SHA-1
        "$pbkdf2",
        re.compile(
            rf"\$pbkdf2(?:-(?P<hash>sha256|sha512))?\$(?P<rounds>\d{{1,9}})\$(?P<salt>{_AB64})"
            rf"\$(?P<digest>{_AB64})"
        ),
        _pbkdf2_affordable,
        _passlib_verify,
    ),
    Format(  # Firebase, in the spelling that Supabase gave it
        "$fbscrypt$",
        re.compile(
            rf"\$fbscrypt\$v=1,n=(?P<n>\d{{1,2}}),r=(?P<r>\d{{1,3}}),p=(?P<p>\d{{1,3}}),"
            rf"ss=(?P<separator>{_B64}),sk=(?P<key>{_B64})\$(?P<salt>{_B64})\$(?P<digest>{_B64})"
        ),
        _firebase_affordable,
        _firebase_verify,
    ),
)
