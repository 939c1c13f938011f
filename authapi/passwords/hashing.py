"""Password hashes: Argon2id for new ones; werkzeug's and bcrypt's verify too, until upgraded."""

import base64
import binascii
import re
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass

import bcrypt
from argon2 import PasswordHasher as Argon2Hasher
from argon2 import Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from werkzeug.security import check_password_hash

from authapi.passwords.bulkhead import Bulkhead
from authapi.passwords.rules import normalise

# What a stored hash may cost at the most, so that an imported one cannot take the server down.
_MAX_ARGON2_KIB = 256 * 1024
_MAX_ARGON2_PASSES = 16
_MAX_ARGON2_LANES = 16
_MAX_SCRYPT_BYTES = 64 * 1024 * 1024
_MAX_SCRYPT_LANES = 8
_MAX_PBKDF2_ROUNDS = 2_000_000
_MAX_BCRYPT_COST = 14
_BCRYPT_BYTES = 72
_LONGEST = 1024
_BCRYPT = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}\Z")
_SCRYPT = re.compile(r"scrypt:(\d{1,9}):(\d{1,4}):(\d{1,4})\$[^$]+\$[0-9a-f]+\Z")
_PBKDF2 = re.compile(r"pbkdf2:(?:sha1|sha256|sha512):(\d{1,9})\$[^$]+\$[0-9a-f]+\Z")


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """The cost of a new hash: memory in KiB and passes over it (OWASP: at least 19456 and 2)."""

    memory_kib: int = 19_456
    passes: int = 2


class PasswordHasher:
    """Hashes and verifies passwords, a bounded number at a time.

    Args:
        cost: what a new hash costs.
        room: where callers wait their turn; it raises `ApiError` (503) when it is full.
    """

    def __init__(self, cost: Argon2Cost, room: Bulkhead) -> None:
        self._argon2 = Argon2Hasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1, type=Type.ID
        )
        self._room = room
        self._nobodys_hash = self._unmatchable()

    def seat(self) -> AbstractContextManager[None]:
        """Return what keeps a place among those who wait, while a password is about to be checked.

        Entering it raises `ApiError` (503) when there is none.
        """
        return self._room.seat()

    def hash(self, password: str) -> str:
        """Return an Argon2id hash of `password` with a salt of its own (PHC string)."""
        return self._room.do(lambda: self._argon2.hash(normalise(password)))

    def verify(self, password: str, stored: str | None) -> bool:
        """Tell whether `password` is the one behind `stored`.

        `None` (an unknown user) costs what a current hash costs and is never right (ASVS 6.3.8).
        A stored hash that is malformed, or dearer than the caps allow, is refused at once.
        """
        known = self._nobodys_hash if stored is None else stored
        if not affordable(known):
            return False
        check = self._verify_argon2 if known.startswith("$argon2") else _verify_legacy
        return self._room.do(lambda: check(password, known))

    def is_outdated(self, stored: str) -> bool:
        """Tell whether `stored` should be replaced at the next login: another method or cost."""
        return not stored.startswith("$argon2id$") or self._argon2.check_needs_rehash(stored)

    def _verify_argon2(self, password: str, stored: str) -> bool:
        try:
            return self._argon2.verify(stored, normalise(password))
        except (VerificationError, InvalidHashError):
            return False

    def _unmatchable(self) -> str:
        """Return a well-formed hash of the current cost whose password nobody can know."""
        salt, digest = (
            base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
            for size in (self._argon2.salt_len, self._argon2.hash_len)
        )
        cost = f"m={self._argon2.memory_cost},t={self._argon2.time_cost},p=1"
        return f"$argon2id$v=19${cost}${salt}${digest}"


def affordable(stored: str) -> bool:
    """Tell whether `stored` is a known kind of hash whose cost stays under the caps (S11)."""
    if not stored.isascii() or len(stored) > _LONGEST:
        return False
    if stored.startswith("$argon2"):
        return _affordable_argon2(stored)
    if found := _BCRYPT.match(stored):
        return int(found[1]) <= _MAX_BCRYPT_COST
    if found := _SCRYPT.match(stored):
        n, r, p = (int(number) for number in found.groups())
        return 128 * n * r <= _MAX_SCRYPT_BYTES and p <= _MAX_SCRYPT_LANES
    if found := _PBKDF2.match(stored):
        return int(found[1]) <= _MAX_PBKDF2_ROUNDS
    return False


def _affordable_argon2(stored: str) -> bool:
    try:
        cost = extract_parameters(stored)
    except (InvalidHashError, ValueError, binascii.Error):
        return False
    return (
        cost.memory_cost <= _MAX_ARGON2_KIB
        and cost.time_cost <= _MAX_ARGON2_PASSES
        and cost.parallelism <= _MAX_ARGON2_LANES
    )


def _verify_legacy(password: str, stored: str) -> bool:
    """Check a hash made elsewhere, from the password as it was typed there."""
    return any(_matches(candidate, stored) for candidate in {password, normalise(password)})


def _matches(password: str, stored: str) -> bool:
    try:
        if stored.startswith("$2"):
            return bcrypt.checkpw(password.encode()[:_BCRYPT_BYTES], stored.encode())
        return check_password_hash(stored, password)
    except ValueError:
        return False
