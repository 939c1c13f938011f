"""Recovery codes: for users who lost the authenticator app or the passkey."""

import secrets

from authapi.core.client import Client
from authapi.factors import rules
from authapi.factors.rules import RecoveryCode
from authapi.passwords.hashing import PasswordHasher


class RecoveryCodes:
    """Makes recovery codes; only their hashes are stored (S108)."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher

    def make(self, client: Client) -> tuple[list[str], dict[str, str]]:
        """Return new codes for display, and their hashes by number.

        Raises:
            ApiError: `service_unavailable` when too many hash at once.
        """
        made = [
            RecoveryCode.of(number, secrets.randbits(rules.RECOVERY_BITS))
            for number in range(1, rules.RECOVERY_CODES + 1)
        ]
        with self._hasher.admit(client.network):
            hashes = {code.number: self._hasher.hash(code.secret) for code in made}
        return [str(code) for code in made], hashes
