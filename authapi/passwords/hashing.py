"""Password hashes: Argon2id for new ones; those of other programs verify as well."""

import base64
import secrets
from contextlib import AbstractContextManager
from dataclasses import dataclass

from argon2 import PasswordHasher as Argon2Hasher
from argon2 import Type

from authapi.passwords.bulkhead import Bulkhead
from authapi.passwords.formats import find_format
from authapi.passwords.rules import normalise


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """The cost of a new hash: memory in KiB and passes over it (OWASP: at least 19456 and 2)."""

    memory_kib: int = 19_456
    passes: int = 2


class PasswordHasher:
    """Hashes and verifies passwords, a bounded number at a time.

    Args:
        bulkhead: bounds how many are made at once; raises `ApiError` (503) when it is full.
    """

    def __init__(self, cost: Argon2Cost, bulkhead: Bulkhead) -> None:
        self._argon2 = Argon2Hasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1, type=Type.ID
        )
        self._bulkhead = bulkhead
        self._dummy_hash = self._make_dummy_hash()

    def admit(self, network: str) -> AbstractContextManager[None]:
        """Return a block that reserves a place for a caller from `network`.

        Entering it raises `ApiError` (503) when there is none, or none for that network.
        """
        return self._bulkhead.admit(network)

    def hash(self, password: str) -> str:
        """Return an Argon2id hash of `password` with a salt of its own (PHC string)."""
        return self._bulkhead.run(lambda: self._argon2.hash(normalise(password)))

    def verify_password(self, password: str, stored: str | None) -> bool:
        """Tell whether `password` is the one behind `stored`.

        The password is tried in NFC, as the service hashes it, and if that differs also as it was
        typed, as another program may have hashed it. So the number of tries depends on the typed
        password alone. `None` (an unknown user) takes as long as a current hash, and is never right
        (ASVS 6.3.8). A stored hash that is malformed, or over the caps, is refused at once.
        """
        known = find_format(self._dummy_hash if stored is None else stored)
        if known is None:
            return False
        form, found = known

        def matches(candidate: str) -> bool:
            try:
                return form.verify(candidate, found)
            except ValueError:  # damaged, which only the check shows
                return False

        candidates = dict.fromkeys((normalise(password), password))
        return self._bulkhead.run(lambda: any(map(matches, candidates)))

    def is_outdated(self, stored: str | None, password: str = "") -> bool:
        """Tell whether `stored` should be replaced: another method or cost, or not of NFC.

        Args:
            stored: a hash.
            password: the right one. A hash that another program made of another Unicode form
                would go on to accept that form only.
        """
        if stored is None or not stored.startswith("$argon2id$"):
            return True
        if self._argon2.check_needs_rehash(stored):
            return True
        typed = normalise(password)
        return typed != password and not self.verify_password(typed, stored)

    def _make_dummy_hash(self) -> str:
        """Return a well-formed hash of the current cost for no known password."""
        salt, digest = (
            base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
            for size in (self._argon2.salt_len, self._argon2.hash_len)
        )
        cost = f"m={self._argon2.memory_cost},t={self._argon2.time_cost},p=1"
        return f"$argon2id$v=19${cost}${salt}${digest}"
